/** The settings of what keeps the index of semantic search up to date. */
import { z } from 'zod'
import { address, count, type Setting, setting, withDefault } from './values.ts'

const path = z.string().min(1)
const interval = count(10, 604_800)

export const SYNC_SETTINGS = {
  SEARCH_INDEX_DB: setting(
    'Path of the database with the index and, without DATABASE_URL, with what is known of documents. Default: search.db beside TOKEN_STORAGE_DB, else nextcloud-mcp-server/search.db below XDG_DATA_HOME (~/.local/share).',
    path,
  ),
  QDRANT_URL: setting(
    'Address of a Qdrant that keeps the index, as in http://qdrant:6333, where one machine is not enough. What is known of documents stays in SEARCH_INDEX_DB, or in DATABASE_URL where that is set.',
    address,
  ),
  QDRANT_API_KEY: setting('Key for it; it must be allowed to create collections.', path),
  QDRANT_COLLECTION: withDefault(
    'Beginning of the names of its collections.',
    z.string().regex(/^[\w-]{1,100}$/, 'must be letters, digits, _ and -'),
    'nextcloud-mcp',
  ),
  SYNC_INTERVAL_SECONDS: setting(
    'Seconds between two looks at what a user has changed in an app. Default: 300.',
    interval,
  ),
  VECTOR_SYNC_SCAN_INTERVAL: setting('As SYNC_INTERVAL_SECONDS.', interval),
  VECTOR_SYNC_INTERVAL_SECONDS: setting('As SYNC_INTERVAL_SECONDS.', interval),
  SYNC_BATCH_SIZE: setting(
    'Documents that one worker takes at a time. Default: 16.',
    count(1, 1_000),
  ),
  VECTOR_SYNC_BATCH_SIZE: setting('As SYNC_BATCH_SIZE.', count(1, 1_000)),
  SYNC_WORKERS: setting(
    'Batches of documents that are worked on at a time. Default: 2.',
    count(1, 32),
  ),
  VECTOR_SYNC_PROCESSOR_WORKERS: setting('As SYNC_WORKERS.', count(1, 32)),
  VECTOR_SYNC_USER_POLL_INTERVAL: withDefault(
    'Seconds between two looks at who has allowed background work.',
    interval,
    '60',
  ),
  SYNC_GRACE_SECONDS: withDefault(
    'Seconds that a document, or the access of a user, must be missing before it is taken out of the index.',
    count(0, 31_536_000),
    '21600',
  ),
  DOCUMENT_CHUNK_SIZE: withDefault(
    'Longest passage, in characters. With another size the index is built anew beside the old one.',
    count(200, 20_000),
    '1000',
  ),
  DOCUMENT_CHUNK_OVERLAP: withDefault(
    'Characters of a passage that the next one repeats; at most half of DOCUMENT_CHUNK_SIZE.',
    count(0, 10_000),
    '100',
  ),
  WEBHOOK_SECRET: setting(
    "Secret that Nextcloud's webhook_listeners send as `Authorization: Bearer <secret>` to /webhooks/nextcloud, so that changes are indexed within seconds; 16 characters or more. Unset: there is no such address.",
    z.string().min(16, 'must have 16 characters or more; `openssl rand -hex 32` makes one'),
  ),
} as const satisfies Record<string, Setting>
