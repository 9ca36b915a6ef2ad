/** The address of a PostgreSQL database, as DATABASE_URL gives it. */

/**
 * How the connection is protected, as libpq means it: `require` encrypts without knowing with whom,
 * `verify-ca` knows the authority, `verify-full` the name too.
 */
export const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
export type TlsMode = (typeof TLS_MODES)[number]

/** Where the database is, and what opens it. */
export interface DatabaseAddress {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** A function, so that neither a log nor an inspector prints it; undefined: none was given. */
  readonly password: (() => string) | undefined
  readonly database: string
  /** Undefined: nothing was said of it. */
  readonly tls: TlsMode | undefined
  /** Paths of PEM files: authorities to trust, this server's certificate and its key. */
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
}

const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host'] as const
const DEFAULT_PORT = 5432

/**
 * Reads an address such as `postgres://user:password@host:5432/database?sslmode=verify-full`.
 * @returns the address, or what is wrong with it in words that hold nothing of the password
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseDatabaseUrl(text: string): DatabaseAddress | { readonly problem: string } {
  const isPostgres = /^postgres(ql)?:\/\//.test(text)
  // None before the path is this machine's, as for others; the parser insists on one.
  const url = URL.parse(text.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)(?=\/)/, '$1localhost'))
  if (!isPostgres || url === null) {
    return {
      problem:
        'must be an address such as postgres://user:password@host:5432/database; special characters of the password are percent-encoded',
    }
  }
  const parameters = url.searchParams
  const unknown = [...parameters.keys()].find(name => !PARAMETERS.some(known => known === name))
  if (unknown !== undefined) {
    return { problem: `has the parameter ${unknown}; it can have ${PARAMETERS.join(', ')}` }
  }
  const mode = parameters.get('sslmode') ?? undefined
  const tls = TLS_MODES.find(known => known === mode)
  if (mode !== undefined && tls === undefined) {
    return { problem: `has sslmode=${mode}; it can be ${TLS_MODES.join(', ')}` }
  }
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(
    decoded,
  )
  if (user === undefined || password === undefined || database === undefined) {
    return { problem: 'has a % that is not followed by two hexadecimal digits; write it as %25' }
  }
  if (user === '' || database === '' || database.includes('/')) {
    return {
      problem: 'must name a user and a database, as in postgres://user:password@host/database',
    }
  }
  const host = parameters.get('host') ?? url.hostname.replace(/^\[|\]$/g, '')
  const file = (name: (typeof PARAMETERS)[number]) => parameters.get(name) ?? undefined
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user,
    password: password === '' ? undefined : () => password,
    database,
    tls,
    caFile: file('sslrootcert'),
    certFile: file('sslcert'),
    keyFile: file('sslkey'),
  }
}

/** Host, port and database, for people: no user and no password. */
export function describeDatabase({ host, port, database }: DatabaseAddress): string {
  if (host.startsWith('/')) return `${host}/${database}`
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
