/** CalDAV and CardDAV servers of others, for tests of the client, where the machine has them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { basic, type TestUser } from './credentials.ts'
import { freePort } from './ports.ts'

/** Where the servers are mounted, as Nextcloud has its own. */
export const DAV_ROOT = '/remote.php/dav'

/** A running server whose hrefs are below {@link DAV_ROOT}, with nothing in it. */
export interface DavServer {
  port: number
  /** What a proxy in front of it has to make of a request. */
  incoming(request: DavRequest): DavRequest
  /** Path of the folder of a user's calendars, with a slash at its end. */
  calendars(user: TestUser): string
  /** Path of the folder of a user's address books, with a slash at its end. */
  addressBooks(user: TestUser): string
  stop(): Promise<void>
}

export interface DavRequest {
  /** With the query. */
  path: string
  headers: Readonly<Record<string, string | string[] | undefined>>
}

const startLimit = 15_000

/**
 * Starts Radicale (Debian: radicale).
 * @throws Error where it is not installed
 */
export async function startRadicale(users: readonly TestUser[]): Promise<DavServer> {
  if (!isInstalled('radicale')) throw new Error('Radicale is not installed (Debian: radicale)')
  // One folder holds both kinds of collections.
  const home = ({ loginName }: TestUser) => `${DAV_ROOT}/${encodeURIComponent(loginName)}/`
  const started = await start(
    users,
    home,
    async (folder, port) => {
      const passwords = users.map(({ loginName, password }) => `${loginName}:${password}\n`)
      await writeFile(join(folder, 'users'), passwords.join(''))
      const settings = {
        server: { hosts: `127.0.0.1:${port}` },
        auth: {
          type: 'htpasswd',
          htpasswd_filename: join(folder, 'users'),
          // Not the default everywhere.
          htpasswd_encryption: 'plain',
          // Seconds after a wrong password.
          delay: '0',
        },
        storage: { filesystem_folder: join(folder, 'collections') },
        web: { type: 'none' },
      }
      const lines = Object.entries(settings).flatMap(([section, values]) => [
        `[${section}]`,
        ...Object.entries(values).map(([name, value]) => `${name} = ${value}`),
      ])
      await writeFile(join(folder, 'config'), lines.join('\n'))
      return spawn('radicale', ['--config', join(folder, 'config')], { stdio: 'ignore' })
    },
    underScriptName,
  )
  return { ...started, calendars: home, addressBooks: home }
}

/** Radicale is told of its place by a header and gets the rest of the path. */
function underScriptName({ path, headers }: DavRequest): DavRequest {
  const { destination, host } = headers
  return {
    path: path.slice(DAV_ROOT.length) || '/',
    headers: {
      ...headers,
      'x-script-name': DAV_ROOT,
      // It moves only to an address with its own host; a path alone is allowed by RFC 4918 10.3.
      ...(destination === undefined ? {} : { destination: `http://${host}${destination}` }),
    },
  }
}

/**
 * Starts sabre/dav (Debian: php-cli, php-sqlite3, php-sabre-dav) below PHP's own server.
 * @throws Error where it is not installed
 */
export async function startSabre(users: readonly TestUser[]): Promise<DavServer> {
  if (!isInstalled('php') || !existsSync('/usr/share/php/Sabre/autoload.php')) {
    throw new Error('sabre/dav is not installed (Debian: php-cli php-sqlite3 php-sabre-dav)')
  }
  const home = (kind: string) => (user: TestUser) =>
    `${DAV_ROOT}/${kind}/${encodeURIComponent(user.loginName)}/`
  const started = await start(users, home('calendars'), async (folder, port) =>
    spawn('php', ['-S', `127.0.0.1:${port}`, join(import.meta.dirname, 'sabre/server.php')], {
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        DAV_ROOT: `${DAV_ROOT}/`,
        DAV_DATABASE: join(folder, 'data.sqlite'),
        DAV_USERS: JSON.stringify(
          Object.fromEntries(users.map(({ loginName, password }) => [loginName, password])),
        ),
      },
    }),
  )
  return { ...started, calendars: home('calendars'), addressBooks: home('addressbooks') }
}

/** Starts a program in a folder of its own and waits until the first user's home is there. */
async function start(
  [first]: readonly TestUser[],
  home: (user: TestUser) => string,
  launch: (folder: string, port: number) => Promise<ChildProcess>,
  incoming: DavServer['incoming'] = request => request,
): Promise<Pick<DavServer, 'port' | 'incoming' | 'stop'>> {
  if (first === undefined) throw new Error('A server needs a user')
  const folder = await mkdtemp(join(tmpdir(), 'dav-server-'))
  const port = await freePort()
  const program = await launch(folder, port)
  const ended = new Promise<void>(resolve => {
    program.once('exit', () => resolve())
    program.once('error', () => resolve())
  })
  const stop = async () => {
    program.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const { path, headers } = incoming({
    path: home(first),
    headers: { authorization: basic(first), depth: '0' },
  })
  try {
    await ready(`http://127.0.0.1:${port}${path}`, headers, program)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, incoming, stop }
}

/** Waits until the home answers, which some servers make on the first request. */
async function ready(
  url: string,
  headers: DavRequest['headers'],
  program: ChildProcess,
): Promise<void> {
  const deadline = Date.now() + startLimit
  let last: unknown
  while (Date.now() < deadline && program.exitCode === null) {
    try {
      const { status } = await fetch(url, {
        method: 'PROPFIND',
        headers: headers as Record<string, string>,
      })
      if (status === 207) return
      last = new Error(`The server answers ${status}`)
    } catch (error) {
      last = error
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('The server did not start', { cause: last })
}

function isInstalled(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some(folder => existsSync(join(folder, program)))
}
