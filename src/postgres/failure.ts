/** From what PostgreSQL, PgBouncer or the network reports to what is told. */
import type { DatabaseFailure } from '../sql/failure.ts'

/** Without the name of the database, which comes before the problem. */
type Telling = Required<DatabaseFailure>

const UNREACHABLE: Telling = {
  code: 'UNREACHABLE',
  problem: 'does not answer',
  fix: 'Check that it runs and that this server may reach it; nothing was lost that had been stored.',
}
const REFUSED: Telling = {
  code: 'CANNOT_OPEN',
  problem: 'does not let this server in',
  fix: 'Check user and password in DATABASE_URL, and pg_hba.conf of the database server.',
}
const OVERLOADED: Telling = {
  code: 'UNREACHABLE',
  problem: 'has no connection left',
  fix: 'Raise max_connections, lower DATABASE_POOL_SIZE, or put PgBouncer in between.',
}
const SILENT: Telling = {
  code: 'UNREACHABLE',
  problem: 'gave no connection in time',
  fix: 'Check that it runs and can be reached from here; under load raise DATABASE_POOL_SIZE.',
}
const UNTRUSTED: Telling = {
  code: 'CANNOT_OPEN',
  problem: 'shows a certificate that is not trusted',
  fix: 'Give its authority as sslrootcert=/path/ca.pem in DATABASE_URL, and the host by the name in the certificate.',
}

/** By SQLSTATE; @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_STATE: Readonly<Record<string, Telling>> = {
  '22021': {
    code: 'BAD_INPUT',
    problem: 'cannot keep a text with the character U+0000',
    fix: 'Leave that character out.',
  },
  '25006': {
    code: 'READ_ONLY',
    problem: 'can only be read: it is a standby, or was made read-only',
    fix: 'Let DATABASE_URL name the primary.',
  },
  '28000': REFUSED,
  '28P01': REFUSED,
  '3D000': {
    code: 'CANNOT_OPEN',
    problem: 'does not exist',
    fix: 'Create it (createdb), or name another one in DATABASE_URL.',
  },
  '42501': {
    code: 'READ_ONLY',
    problem: 'does not allow its user what this server needs',
    fix: 'Let the user own the database, or grant it CREATE and USAGE on its schema.',
  },
  '53100': {
    code: 'DISK_FULL',
    problem: 'cannot grow: the disk is full',
    fix: 'Make room; what was stored before is intact.',
  },
  '53300': OVERLOADED,
  '55P03': {
    code: 'LOCKED',
    problem: 'is locked by somebody else',
    fix: 'Find out in pg_stat_activity what holds it (a backup, an open transaction) and end that.',
  },
  '57014': {
    code: 'LOCKED',
    problem: 'took too long for a statement',
    fix: 'Find out in pg_stat_activity what keeps it busy.',
  },
  XX001: {
    code: 'CORRUPT',
    problem: 'is damaged',
    fix: 'Stop this server, and see what the log of the database server says.',
  },
}

/** Words of the driver, which has no codes of its own. */
const BY_WORDS: readonly (readonly [RegExp, Telling])[] = [
  [/trying to connect/, SILENT],
  [
    /does not support SSL/,
    {
      code: 'CANNOT_OPEN',
      problem: 'does not speak TLS',
      fix: 'Set it up there, or take sslmode out of DATABASE_URL where the network itself is safe.',
    },
  ],
  [/^SASL|password must be a string/, REFUSED],
]

const NETWORK =
  /^(E(ACCES|CONN|PIPE|HOST|NET|TIMEDOUT|AI_)|ENOTFOUND|ENOENT)|^(08|53300|57P0[123])|terminated|not queryable|Query read timeout/
const TLS = /CERT|SELF_SIGNED|LEAF_SIGNATURE|ALTNAME/

/** Whether the connection is no longer good for anything, so that another one may do. */
export function isBroken(error: unknown): boolean {
  const { code, message } = partsOf(error)
  return NETWORK.test(code) || (code === '' && NETWORK.test(message))
}

/** Whether it can only be read; by the next connection it may be the primary again. */
export function isStandby(error: unknown): boolean {
  return partsOf(error).code === '25006'
}

/** Whether the transaction was undone in favour of another one and can be begun anew. */
export function isUndone(error: unknown): boolean {
  return /^40(001|P01)$/.test(partsOf(error).code)
}

/**
 * The failure in words; undefined for what neither the database, the driver nor the network
 * reported. Errors of this server have codes of their own, none of which looks like one of these.
 */
export function failureOf(error: unknown, name: string): DatabaseFailure | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, message } = partsOf(error)
  const known =
    BY_STATE[code] ??
    (isBroken(error) ? UNREACHABLE : undefined) ??
    (TLS.test(code) ? UNTRUSTED : undefined) ??
    (code === '' ? BY_WORDS.find(([words]) => words.test(message))?.[1] : undefined)
  if (known !== undefined) return { ...known, problem: `The database ${name} ${known.problem}` }
  // A fault of this code has no SQLSTATE.
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined
  return { code: 'STORAGE_FAILED', problem: `The database ${name} failed: ${message} (${code})` }
}

function partsOf(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
  }
}
