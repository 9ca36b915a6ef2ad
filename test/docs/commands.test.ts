/**
 * Every block of shell commands in the documents is run here, or is run elsewhere, or is marked as
 * an example. Those that are run here run as they stand, in a folder of their own, against a demo
 * Nextcloud. Needs a build: `npm test` makes one.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { encrypt, generateKey, parseKey } from '../../src/vault/fernet.ts'
import { type Backend, demoBackend } from '../support/backend.ts'
import { PROGRAM } from '../support/program.ts'
import { documents, ROOT } from './support.ts'

/** What a block has to do. */
type Expected =
  /** It ends by itself with 0, and prints this. */
  | { prints: RegExp }
  /** It goes on until it is told to stop, after it printed this. */
  | { serves: RegExp }
  /** A file of this project runs it, in these words. */
  | { isRunBy: string; as: string }

const serves = { serves: /serving MCP at/ }
/** Blocks by document, in their order. */
const RUN: Record<string, Expected[]> = {
  'README.md': [
    { isRunBy: '.ci/start.mjs', as: "spawn('npm', ['start'" },
    { isRunBy: '.ci/run', as: 'npm --silent test' },
    serves,
  ],
  'docs/signing-in.md': [serves, serves],
  'docs/upgrade-from-python.md': [
    { prints: /^$/ },
    { prints: /ok +storage: .*tokens\.db/ },
    serves,
    { prints: /store_app_password +alice/ },
    { prints: /^$/ },
  ],
  'docs/troubleshooting.md': [
    { prints: /ok +address/ },
    serves,
    { prints: /store_app_password +alice/ },
    serves,
  ],
  'docs/security.md': [{ prints: /"event": "store_app_password"/ }, serves],
}

/** Languages of blocks that hold no commands; shell has one spelling, so that none hides. */
const OTHERS = ['ts', 'js', 'json', 'yaml', 'toml', 'nginx', 'ini', 'text', 'mermaid', 'md', 'php']

const blocks = documents().flatMap(({ path, blocks }) => blocks.map(block => ({ path, ...block })))
const commands = blocks.filter(({ language, info }) => language === 'sh' && info !== 'example')

let nextcloud: Backend
beforeAll(async () => {
  nextcloud = await demoBackend()
})
afterAll(() => nextcloud.close())

test('every block says what it is', () => {
  const odd = blocks.filter(
    ({ language, info }) =>
      !(language === 'sh' ? ['', 'example'].includes(info) : OTHERS.includes(language)),
  )
  expect(odd.map(({ path, line }) => `${path}:${line}`)).toEqual([])
})

test('every block of commands is run, or marked as an example (CONTRIBUTING.md, Documents)', () => {
  const found = Object.groupBy(commands, ({ path }) => path)
  const counts = Object.entries(found).map(([path, of = []]) => [path, of.length])
  const expected = Object.entries(RUN).map(([path, of]) => [path, of.length])
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(expected))
})

const table = Object.entries(RUN).flatMap(([path, all]) => {
  const texts = commands.filter(block => block.path === path).map(({ text }) => text)
  return all.map((expected, at) => ({ path, text: texts[at] ?? '', expected }))
})

describe.each(table)('$path: $text', ({ text, expected }) => {
  if ('isRunBy' in expected) {
    test(`is run by ${expected.isRunBy}`, () => {
      expect(readFileSync(join(ROOT, expected.isRunBy), 'utf8')).toContain(expected.as)
    })
  } else {
    test('does what it is there for', async () => {
      const { output, code } = await runBlock(
        text,
        'serves' in expected ? expected.serves : undefined,
      )
      expect(output).toMatch('serves' in expected ? expected.serves : expected.prints)
      expect(code, output).toBe(0)
    })
  }
})

/**
 * Runs a block in a folder as a reader may have it: a database of the Python server, settings for
 * it, the program by its name and by its path.
 * @param until what it prints when it is to be ended
 */
async function runBlock(text: string, until?: RegExp): Promise<{ output: string; code: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'nmcp-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'home')
  mkdirSync(home)
  mkdirSync(join(folder, 'path'))
  // As npm installs it.
  const installed = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`
  writeFileSync(join(folder, 'path/nextcloud-mcp-server'), installed, { mode: 0o755 })
  symlinkSync(dirname(PROGRAM), join(folder, 'bin'))
  mkdirSync(join(folder, 'before'))
  const key = generateKey()
  pythonDatabase(join(folder, 'tokens.db'), key)
  pythonDatabase(join(folder, 'before/tokens.db'), key)
  writeFileSync(
    join(folder, 'settings.env'),
    `NEXTCLOUD_HOST=${nextcloud.url}\nTOKEN_STORAGE_DB=tokens.db\nTOKEN_ENCRYPTION_KEY=${key}\n`,
  )
  const program = text.replaceAll('https://cloud.example.org', nextcloud.url)
  const child = spawn('bash', ['-euc', program], {
    cwd: folder,
    // A group of its own, so that what it starts ends with it.
    detached: true,
    env: {
      PATH: [join(folder, 'path'), dirname(process.execPath), process.env.PATH].join(':'),
      HOME: home,
      // A free port, which takes an address to be known by.
      MCP_PORT: '0',
      NEXTCLOUD_MCP_SERVER_URL: 'http://localhost:8000',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let isEnded = false
  const listen = (chunk: Buffer) => {
    output += chunk.toString()
    if (isEnded || child.pid === undefined || !until?.test(output)) return
    isEnded = true
    process.kill(-child.pid, 'SIGTERM')
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  const code = await new Promise<number>(resolve => {
    child.on('close', (status, signal) => resolve(status ?? (signal === null ? -1 : 1)))
  })
  return { output: output.trim(), code }
}

/** A database as the Python server leaves it, with one app password and a line of the log. */
function pythonDatabase(path: string, key: string): void {
  const fernet = parseKey(key)
  if (fernet === undefined) throw new Error('no key')
  const now = Math.floor(Date.now() / 1_000)
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE app_passwords (user_id TEXT NOT NULL PRIMARY KEY,
      encrypted_password BLOB NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
      scopes TEXT, username TEXT);
    CREATE TABLE audit_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp BIGINT NOT NULL,
      event TEXT NOT NULL, user_id TEXT NOT NULL, resource_type TEXT, resource_id TEXT,
      auth_method TEXT, hostname TEXT);
    INSERT INTO audit_logs (timestamp, event, user_id) VALUES (${now}, 'store_app_password', 'alice')`)
  database
    .prepare('INSERT INTO app_passwords VALUES (?, ?, ?, ?, ?, ?)')
    .run('alice', Buffer.from(encrypt(fernet, 'secret')), now, now, '["notes.read"]', 'alice')
  database.close()
}
