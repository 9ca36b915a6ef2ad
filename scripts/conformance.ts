/**
 * `npm run conformance`: the official MCP conformance suite against this server, in what each
 * supported revision of the protocol requires, and against its authorization server. Fails on a failure that the baseline file of that
 * revision does not list, and on a listed one that has come to pass.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { authorizationConformance } from './conformance-authorization.ts'

const REVISIONS = ['2025-11-25', '2026-07-28']
const STARTS_WITHIN_MS = 20_000
const ENDS_WITHIN_MS = 180_000

const fixtures = fileURLToPath(new URL('../test/conformance/', import.meta.url))

const { values: options } = parseArgs({
  options: {
    /** Folder of the suite's package. */
    suite: { type: 'string' },
    /** Only this revision. */
    revision: { type: 'string' },
    /** Prints all the suite says, also when nothing is wrong. */
    verbose: { type: 'boolean', default: false },
  },
})
const { suite } = options
if (suite === undefined) throw new Error('--suite is missing; run this with: npm run conformance')

const server = spawn(process.execPath, [...process.execArgv, join(fixtures, 'fixture-server.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.once('exit', () => server.kill())
try {
  const url = await firstLine(server)
  for (const revision of options.revision ? [options.revision] : REVISIONS) {
    if (!(await passes(suite, revision, url))) process.exitCode = 1
  }
  const { passed, failed, said } = await authorizationConformance(suite)
  const isGood = passed > 0 && failed === 0
  if (!isGood || options.verbose) process.stdout.write(`${said}\n`)
  process.stdout.write(`authorization: ${passed} scenarios pass, ${failed} do not\n`)
  if (!isGood) process.exitCode = 1
} finally {
  server.kill()
}

/** Runs what a revision requires, and tells how it went. */
async function passes(folder: string, revision: string, url: string): Promise<boolean> {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'))
  const baseline = join(fixtures, `baseline-${revision}.yml`)
  const args = ['server', '--url', url, '--requirements', revision, '--output-dir', results]
  if (existsSync(baseline)) args.push('--expected-failures', baseline)
  try {
    const { exitCode, said } = await run(join(folder, 'dist', 'index.js'), args)
    if (exitCode !== 0 || options.verbose) process.stdout.write(`${said}\n`)
    const { passed, failed } = await requiredScenarios(folder, revision, said)
    const verdict = exitCode === 0 ? 'as expected' : 'NOT AS EXPECTED, see above'
    process.stdout.write(
      `${revision}: ${passed} required scenarios pass, ${failed} do not: ${verdict}\n`,
    )
    return exitCode === 0
  } finally {
    await rm(results, { recursive: true, force: true })
  }
}

/** Counts in the suite's summary, which also lists scenarios that do not count for a revision. */
async function requiredScenarios(folder: string, revision: string, said: string) {
  const requirements = await readFile(join(folder, 'requirements', `${revision}.yaml`), 'utf8')
  const list = /^server:\n((?: {2}- .*\n)+)/m.exec(requirements)?.[1] ?? ''
  const required = new Set(list.match(/[^\s-].*/g))
  const [, summary = ''] = said.split('=== SUMMARY ===')
  const marks = [...summary.matchAll(/^([✓✗]) ([^:]+): \d+ passed/gm)]
  const count = (wanted: string) =>
    marks.filter(([, mark, name = '']) => mark === wanted && required.has(name)).length
  return { passed: count('✓'), failed: count('✗') }
}

async function run(script: string, args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ENDS_WITHIN_MS,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, said }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('no stdout')
  const lines = createInterface(stdout)
  const signal = AbortSignal.timeout(STARTS_WITHIN_MS)
  const [line] = await Promise.race([
    once(lines, 'line', { signal }),
    once(lines, 'close', { signal }).then(() => {
      throw new Error('the fixture server did not start')
    }),
  ])
  return line
}
