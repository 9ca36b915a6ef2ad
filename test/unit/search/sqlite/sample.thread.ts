/** A thread of a search database with the services of the tests. */
import { serveDatabase } from '../../../../src/search/sqlite/serve.ts'
import { READING, WRITING } from './sample-services.ts'

serveDatabase({ WRITING, READING })
