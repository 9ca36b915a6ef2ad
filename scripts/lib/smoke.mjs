import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { npm, root, TaskFailed } from './run.mjs'

const ANSWERS_WITHIN_MS = 30_000

/**
 * Packs the project as for publication, installs the package into an empty folder and runs it:
 * what is missing from `files`, from the bundle or from `dependencies` shows only there. A search by
 * meaning needs all its threads, the model and the native part.
 */
export async function smoke() {
  const folder = await mkdtemp(join(tmpdir(), 'nextcloud-mcp-server-'))
  try {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    await mustNpm(['pack', '--pack-destination', folder], root)
    const [archive] = await readdir(folder)
    await mustNpm(['install', '--prefix', folder, '--no-audit', '--no-fund', archive], folder)

    const program = join(folder, 'node_modules/nextcloud-mcp-server/bin/nextcloud-mcp-server.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, '--version'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: ANSWERS_WITHIN_MS,
    })
    if (status !== 0 || stdout.trim() !== version) {
      throw new TaskFailed(1, `--version answered ${status}: ${stdout}${stderr}`)
    }
    const tools = await withDemo(program, folder, nextcloud => toolsOf(program, folder, nextcloud))
    process.stdout.write(
      `${archive} installs and runs: --version answers ${version}, ` +
        `tools/list over stdio ${tools.length} tools, and a note is found by word and by meaning\n`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function mustNpm(args, cwd) {
  const exitCode = await npm(args, { cwd, output: 'quiet' })
  if (exitCode !== 0) throw new TaskFailed(exitCode, `npm ${args[0]} failed.`)
}

/** Runs the demo Nextcloud of the installed program for a piece of work, which gets its address. */
async function withDemo(program, folder, work) {
  const child = start(program, folder, ['demo', '--nextcloud-only', '--port', '0'])
  try {
    const [url] = await found(child, line => /http:\/\/[\w.:]+/.exec(line))
    return await work(url)
  } finally {
    child.kill('SIGTERM')
  }
}

/** What `tools/list` answers over stdio, after a note was found with one of the tools. */
async function toolsOf(program, folder, nextcloud) {
  const child = start(program, folder, ['run', '--transport', 'stdio'], {
    NEXTCLOUD_HOST: nextcloud,
    NEXTCLOUD_USERNAME: 'alice',
    NEXTCLOUD_PASSWORD: 'alice-demo',
    LOG_LEVEL: 'warn',
    ENABLE_SEMANTIC_SEARCH: 'true',
    SEARCH_INDEX_DB: join(folder, 'search.db'),
  })
  const send = message => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const ask = async (id, method, params) => {
    const answered = found(child, line => {
      const message = JSON.parse(line)
      return message.id === id ? message : undefined
    })
    send({ id, method, params })
    const { result, error } = await answered
    if (error) throw new TaskFailed(1, `${method} answered ${error.message}`)
    return result
  }
  try {
    await ask(1, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'smoke', version: '1' },
    })
    send({ method: 'notifications/initialized' })
    const { tools } = await ask(2, 'tools/list', {})
    const call = { name: 'nc_notes_search_notes', arguments: { query: 'bread' } }
    const { isError, structuredContent } = await ask(3, 'tools/call', call)
    if (tools.length === 0 || isError || !(structuredContent.total_found > 0)) {
      throw new TaskFailed(1, `${call.name} answered ${JSON.stringify(structuredContent)}`)
    }
    await eventually('a search by meaning', async () => {
      const search = {
        name: 'nc_semantic_search',
        arguments: { query: 'bread', doc_types: ['file'] },
      }
      const { structuredContent: found } = await ask(4, 'tools/call', search)
      return found?.results.length > 0
    })
    return tools
  } finally {
    child.stdin.end()
  }
}

/** Asks again and again until the answer is yes. */
async function eventually(name, ask) {
  const deadline = Date.now() + ANSWERS_WITHIN_MS
  while (!(await ask())) {
    if (Date.now() > deadline) throw new TaskFailed(1, `${name} finds nothing.`)
    await sleep(200)
  }
}

/** Starts the installed program with nothing in its environment but what is given. */
function start(program, folder, args, env = {}) {
  const { PATH, HOME } = process.env
  return spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH, HOME, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

/** What is made of the first line of a program's stdout that anything is made of. */
function found(child, read) {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout })
    const end = (settle, value) => {
      clearTimeout(timer)
      child.off('exit', ended)
      lines.close()
      settle(value)
    }
    const fail = reason => end(reject, new TaskFailed(1, reason))
    const ended = code => fail(`The installed program ended with ${code}.`)
    const timer = setTimeout(
      () => fail('The installed program does not answer.'),
      ANSWERS_WITHIN_MS,
    )
    child.once('exit', ended)
    lines.on('line', line => {
      const value = read(line)
      if (value) end(resolve, value)
    })
  })
}
