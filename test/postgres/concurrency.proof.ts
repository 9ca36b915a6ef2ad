/** Two processes, one vault on PostgreSQL. */

import { asked } from '../support/postgres.ts'
import { rivalsContract } from '../vault/rivals.ts'
import { freshDatabase, onPostgres, openOn } from './support/databases.ts'

onPostgres('two processes', () => {
  rivalsContract({
    fresh: freshDatabase,
    open: (url, keys) => openOn(url, { keys }),
    stepsIn: url => asked(url, 'SELECT version FROM vault_migration'),
  })
})
