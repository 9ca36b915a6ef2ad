/** CalDAV and CardDAV servers of others, for tests of the client, where the machine has them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A running server with one user and nothing in it. */
export interface DavServer {
  /** Address without trailing slash. */
  url: string
  user: string
  password: string
  /** Addresses of the user's collections, with trailing slash. */
  calendarHome: string
  addressBookHome: string
  stop(): Promise<void>
}

const user = 'alice'
const password = 'alice-test'
const startLimit = 15_000

/** Starts Radicale (Debian: radicale); `undefined` where it is not installed. */
export async function startRadicale(): Promise<DavServer | undefined> {
  if (!isInstalled('radicale')) return undefined
  return start(async (folder, port) => {
    await writeFile(join(folder, 'users'), `${user}:${password}\n`)
    const settings = {
      server: { hosts: `127.0.0.1:${port}` },
      auth: { type: 'htpasswd', htpasswd_filename: join(folder, 'users') },
      storage: { filesystem_folder: join(folder, 'collections') },
      web: { type: 'none' },
    }
    const lines = Object.entries(settings).flatMap(([section, values]) => [
      `[${section}]`,
      ...Object.entries(values).map(([name, value]) => `${name} = ${value}`),
    ])
    // Plain passwords are not the default everywhere.
    lines.splice(lines.indexOf('[auth]') + 1, 0, 'htpasswd_encryption = plain')
    await writeFile(join(folder, 'config'), lines.join('\n'))
    const process = spawn('radicale', ['--config', join(folder, 'config')], { stdio: 'ignore' })
    const url = `http://127.0.0.1:${port}`
    // One folder holds both kinds of collections.
    return { process, calendarHome: `${url}/${user}/`, addressBookHome: `${url}/${user}/` }
  })
}

/** Starts sabre/dav (Debian: php-cli, php-sqlite3, php-sabre-dav) below PHP's own server. */
export async function startSabre(): Promise<DavServer | undefined> {
  if (!isInstalled('php') || !existsSync('/usr/share/php/Sabre/autoload.php')) return undefined
  return start(async (folder, port) => {
    const script = join(import.meta.dirname, 'sabre/server.php')
    const process = spawn('php', ['-S', `127.0.0.1:${port}`, script], {
      stdio: 'ignore',
      env: {
        PATH: globalThis.process.env.PATH,
        DAV_DATABASE: join(folder, 'data.sqlite'),
        DAV_USER: user,
        DAV_PASSWORD: password,
      },
    })
    const url = `http://127.0.0.1:${port}`
    return {
      process,
      calendarHome: `${url}/calendars/${user}/`,
      addressBookHome: `${url}/addressbooks/${user}/`,
    }
  })
}

interface Started {
  process: ChildProcess
  calendarHome: string
  addressBookHome: string
}

async function start(
  launch: (folder: string, port: number) => Promise<Started>,
): Promise<DavServer> {
  const folder = await mkdtemp(join(tmpdir(), 'dav-server-'))
  const port = await freePort()
  const { process, ...homes } = await launch(folder, port)
  const ended = new Promise<void>(resolve => {
    process.once('exit', () => resolve())
    process.once('error', () => resolve())
  })
  const stop = async () => {
    process.kill()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const server: DavServer = { url: `http://127.0.0.1:${port}`, user, password, ...homes, stop }
  try {
    await ready(server, process)
  } catch (error) {
    await stop()
    throw error
  }
  return server
}

/** Waits until the home answers, which some servers make on the first request. */
async function ready({ calendarHome }: DavServer, process: ChildProcess): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const deadline = Date.now() + startLimit
  let last: unknown
  while (Date.now() < deadline && process.exitCode === null) {
    try {
      const headers = { Authorization: authorization, Depth: '0' }
      const { status } = await fetch(calendarHome, { method: 'PROPFIND', headers })
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

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
