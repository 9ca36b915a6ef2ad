/** Entry of a thread of the search database: its services are index and ledger. */
import { serveDatabase } from './serve.ts'
import { READING, WRITING } from './services.ts'

serveDatabase({ WRITING, READING })
