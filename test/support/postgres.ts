/** A PostgreSQL of the tests' own, and a PgBouncer before it, where the machine has them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './ports.ts'

/** A cluster that runs on a free port of loopback. */
export interface Postgres {
  readonly port: number
  /** Ends the server as a crash would, or as an operator does; the data stay. */
  halt(how: 'crash' | 'fast'): Promise<void>
  /** Starts it again after that. */
  resume(): Promise<void>
  /** Ends it and removes everything. */
  stop(): Promise<void>
}

/** Whom the database lets in, and with what. */
export const USER = 'mcp'
export const PASSWORD = 'p@ss/w%rd-of-the-database'

const START_LIMIT_MS = 30_000
let databases = 0

/** Why there can be no PostgreSQL here; undefined: there can. */
export function lackingPostgres(): string | undefined {
  return programs() === undefined ? 'PostgreSQL is not installed (Debian: postgresql)' : undefined
}

/** Why there can be no PgBouncer here; undefined: there can. */
export function lackingPgBouncer(): string | undefined {
  return pgBouncer() === undefined ? 'PgBouncer is not installed (Debian: pgbouncer)' : undefined
}

/** Folder of initdb and postgres: where Debian has them, or on the path. */
function programs(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).toSorted() : []
  const folders = [
    ...versions.map(version => join(debian, version, 'bin')).toReversed(),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find(folder => existsSync(join(folder, 'initdb')))
}

function pgBouncer(): string | undefined {
  const folders = ['/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)]
  return folders.map(folder => join(folder, 'pgbouncer')).find(path => existsSync(path))
}

/** An ordinary user to run as: neither program runs as root. */
function ordinaryUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(spawnSync('id', [flag, 'nobody']).stdout.toString())
  return { uid: id('-u'), gid: id('-g') }
}

/** A folder that this user can use, and nobody else. */
function ownFolder(prefix: string, { uid, gid }: ReturnType<typeof ordinaryUser>): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  return folder
}

/**
 * Makes and starts a cluster.
 * @param settings over those of the tests, as in postgresql.conf
 * @param files to be put into its folder of data
 * @throws Error where it is not installed
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Postgres> {
  const bin = programs()
  if (bin === undefined) throw new Error(lackingPostgres())
  const user = ordinaryUser()
  const folder = ownFolder('postgres-', user)
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o644 })
  const options = { ...user, cwd: folder, stdio: 'pipe' } as const
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      `--pgdata=${data}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
      '--no-instructions',
    ],
    options,
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(data, name), content, { mode: 0o600 })
    if (user.uid !== undefined && user.gid !== undefined) {
      chownSync(join(data, name), user.uid, user.gid)
    }
  }
  const port = await freePort()
  // Not for a disk that loses power, which no test here takes away.
  const usual = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off' }
  let server: ChildProcess
  const resume = async () => {
    const flags = Object.entries({ ...usual, ...settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ])
    server = spawn(join(bin, 'postgres'), ['-D', data, '-p', `${port}`, ...flags], {
      ...options,
      stdio: 'ignore',
    })
    await answering(addressOf(port, 'postgres'), server)
  }
  const halt = async (how: 'crash' | 'fast') => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    // Its own words for "now, and recover later" and "now, in order".
    server.kill(how === 'crash' ? 'SIGQUIT' : 'SIGINT')
    await ended
  }
  await resume()
  return {
    port,
    halt,
    resume,
    async stop() {
      await halt('crash')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a PgBouncer in transaction mode before a cluster; gives addresses through it. */
export async function startPgBouncer(cluster: Pick<Postgres, 'port'>): Promise<{
  through(url: string): string
  stop(): Promise<void>
}> {
  const program = pgBouncer()
  if (program === undefined) throw new Error(lackingPgBouncer())
  const user = ordinaryUser()
  const folder = ownFolder('pgbouncer-', user)
  const port = await freePort()
  const settings = `[databases]
* = host=127.0.0.1 port=${cluster.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${folder}/users
pool_mode = transaction
default_pool_size = 3
`
  writeFileSync(join(folder, 'settings'), settings, { mode: 0o644 })
  writeFileSync(join(folder, 'users'), `"${USER}" "${PASSWORD}"\n`, { mode: 0o644 })
  const server = spawn(program, ['--quiet', join(folder, 'settings')], { ...user, stdio: 'ignore' })
  await answering(addressOf(port, 'postgres'), server)
  return {
    through(url) {
      const address = new URL(url)
      address.port = `${port}`
      return address.href
    },
    async stop() {
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes an empty database in a cluster; gives its address. */
export async function createDatabase(port: number): Promise<string> {
  const name = `test_${process.pid}_${++databases}`
  await asked(addressOf(port, 'postgres'), `CREATE DATABASE ${name}`)
  return addressOf(port, name)
}

/** Address of a database of the cluster. */
function addressOf(port: number, database: string): string {
  const password = encodeURIComponent(PASSWORD)
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`
}

/** Runs a statement behind everybody's back; gives the rows. */
export async function asked(
  url: string,
  text: string,
  // biome-ignore lint/suspicious/noExplicitAny: tests look into rows of every shape
): Promise<any[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Does something while a transaction is open in which a statement was run. */
export async function inTransaction(
  url: string,
  text: string,
  work: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`BEGIN; ${text}`)
    await work()
    await client.query('COMMIT')
  } finally {
    await client.end()
  }
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS
  for (let last: unknown; ; ) {
    if (server.exitCode !== null) throw new Error('it ended at once', { cause: last })
    if (Date.now() > deadline) throw new Error('it did not start', { cause: last })
    try {
      await asked(url, 'SELECT 1')
      return
    } catch (error) {
      last = error
      await sleep(50)
    }
  }
}
