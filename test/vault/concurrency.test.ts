/** Two processes, one vault in an SQLite file. */
import { join } from 'node:path'
import { behind, openTestVault, temporaryFolder } from '../unit/vault/support.ts'
import { rivalsContract } from './rivals.ts'

rivalsContract({
  fresh: async () => join(temporaryFolder(), 'vault.db'),
  open: (path, keys) => openTestVault({ path, keys }),
  stepsIn: async path =>
    behind(path, db => db.prepare('SELECT version FROM vault_migration').all()),
})
