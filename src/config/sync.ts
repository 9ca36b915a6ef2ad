/** How the index of semantic search is kept up to date. */
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { either } from './either.ts'
import type { ConfigProblem } from './problems.ts'
import type { Settings } from './schema.ts'

/** Where the index is and how it is kept. */
export interface SyncConfig {
  /** Path of the database. */
  path: string
  intervalMs: number
  usersEveryMs: number
  graceMs: number
  batchSize: number
  workers: number
  chunk: { size: number; overlap: number }
  /** Undefined: the index is in the database at `path` as well. */
  qdrant: { url: string; apiKey: string | undefined; collection: string } | undefined
  /** Undefined: Nextcloud cannot tell of changes. */
  webhookSecret: string | undefined
}

/** Reads the settings; adds what is wrong with them to `problems`. */
export function syncConfig(
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
  problems: ConfigProblem[],
): SyncConfig {
  const { DOCUMENT_CHUNK_SIZE: size, DOCUMENT_CHUNK_OVERLAP: overlap } = settings
  if (overlap * 2 > size) {
    problems.push({
      name: 'DOCUMENT_CHUNK_OVERLAP',
      message: `is ${overlap}: passages would repeat more than they add; at most ${Math.floor(size / 2)}, half of DOCUMENT_CHUNK_SIZE`,
    })
  }
  const scan = either(settings, 'SYNC_INTERVAL_SECONDS', 'VECTOR_SYNC_SCAN_INTERVAL', problems)
  const interval =
    scan ?? either(settings, 'SYNC_INTERVAL_SECONDS', 'VECTOR_SYNC_INTERVAL_SECONDS', problems)
  const batchSize = either(settings, 'SYNC_BATCH_SIZE', 'VECTOR_SYNC_BATCH_SIZE', problems)
  const workers = either(settings, 'SYNC_WORKERS', 'VECTOR_SYNC_PROCESSOR_WORKERS', problems)
  return {
    path: settings.SEARCH_INDEX_DB ?? defaultPath(settings, environment),
    intervalMs: (interval ?? 300) * 1_000,
    usersEveryMs: settings.VECTOR_SYNC_USER_POLL_INTERVAL * 1_000,
    graceMs: settings.SYNC_GRACE_SECONDS * 1_000,
    batchSize: batchSize ?? 16,
    workers: workers ?? 2,
    chunk: { size, overlap },
    qdrant:
      settings.QDRANT_URL === undefined
        ? undefined
        : {
            url: settings.QDRANT_URL,
            apiKey: settings.QDRANT_API_KEY,
            collection: settings.QDRANT_COLLECTION,
          },
    webhookSecret: settings.WEBHOOK_SECRET,
  }
}

/** Beside what else is stored (XDG Base Directory Specification). */
function defaultPath(
  { TOKEN_STORAGE_DB: vault }: Settings,
  { XDG_DATA_HOME: data }: Readonly<Record<string, string | undefined>>,
): string {
  if (vault !== undefined) return join(dirname(vault), 'search.db')
  const base = data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local', 'share')
  return join(base, 'nextcloud-mcp-server', 'search.db')
}
