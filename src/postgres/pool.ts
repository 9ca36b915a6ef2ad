/** Connections to one PostgreSQL database, and how they are protected. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { type DatabaseAddress, describeDatabase } from '../config/database-url.ts'
import type { Tell } from '../sql/failure.ts'

/** How many and for how long. */
export interface PoolLimits {
  /** Most connections of this process. Default 10. */
  readonly size?: number | undefined
  /** Longest wait for a connection. Default 5 s. */
  readonly connectMs?: number | undefined
  /** Longest wait for an answer. Default 30 s. */
  readonly answerMs?: number | undefined
  /** Handed what tells at any time how the connections are used. */
  readonly onOpen?: ((usage: () => PoolUsage) => void) | undefined
}

/** Connections of a pool at one moment. */
export interface PoolUsage {
  readonly busy: number
  readonly idle: number
  /** Work that waits for a connection. */
  readonly waiting: number
}

const BIGINT = 20
const DEFAULT_SIZE = 10
const CONNECT_MS = 5_000
const ANSWER_MS = 30_000
const IDLE_MS = 30_000
/** A name that leads elsewhere after a failover is looked up again. */
const LIFETIME_S = 1_800

/**
 * Connections, none of which is made yet. Nothing is set for a whole session: behind PgBouncer the
 * next transaction may get another one.
 * @throws what is made of `CANNOT_OPEN`, for a certificate that cannot be read
 */
export function createPool(address: DatabaseAddress, tell: Tell, limits: PoolLimits = {}): pg.Pool {
  const { host, port, user, password, database } = address
  const types = new pg.TypeOverrides()
  // Times and counts, all of them far below what a number holds exactly.
  types.setTypeParser(BIGINT, Number)
  const pool = new pg.Pool({
    host,
    port,
    user,
    database,
    // An empty one, so that the driver does not look for one in the environment.
    password: password ?? '',
    ssl: tlsOf(address, tell),
    types,
    application_name: 'nextcloud-mcp-server',
    keepAlive: true,
    max: limits.size ?? DEFAULT_SIZE,
    connectionTimeoutMillis: limits.connectMs ?? CONNECT_MS,
    query_timeout: limits.answerMs ?? ANSWER_MS,
    idleTimeoutMillis: IDLE_MS,
    maxLifetimeSeconds: LIFETIME_S,
  })
  // A connection that breaks while nobody asks anything is replaced when somebody does.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  limits.onOpen?.(() => ({
    busy: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }))
  return pool
}

function tlsOf(address: DatabaseAddress, tell: Tell): ConnectionOptions | false {
  const { tls, host, caFile, certFile, keyFile } = address
  if (tls === undefined || tls === 'disable') return false
  const file = (path: string | undefined) => path && read(path, address, tell)
  return {
    // As libpq has it: with an authority at hand, `require` means `verify-ca`.
    rejectUnauthorized: tls !== 'require' || caFile !== undefined,
    ...(tls === 'verify-full' ? { host } : { checkServerIdentity: () => undefined }),
    ...(caFile === undefined ? {} : { ca: file(caFile) }),
    ...(certFile === undefined ? {} : { cert: file(certFile) }),
    ...(keyFile === undefined ? {} : { key: file(keyFile) }),
  }
}

function read(path: string, address: DatabaseAddress, tell: Tell): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const failure = {
      code: 'CANNOT_OPEN',
      problem: `${path}, named in the address of ${describeDatabase(address)}, cannot be read (${code})`,
      fix: 'Check sslrootcert, sslcert and sslkey in DATABASE_URL.',
    } as const
    throw tell(failure, error)
  }
}
