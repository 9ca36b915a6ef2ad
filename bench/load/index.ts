/**
 * `npm run bench:load`: users who sign in with OAuth and work at the built server, over a demo
 * Nextcloud; with live progress, tables, and a page with pictures. `--help` lists the options.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningProgram, startDemo, startSignInServer } from '../processes.ts'
import { machine } from '../report.ts'
import { OURS } from '../rows.ts'
import { reportPage } from './html.ts'
import { HELP, type LoadOptions, OptionError, readOptions } from './options.ts'
import { createPeople, type LoadUser, removePeople } from './people.ts'
import { type RunOptions, type RunReport, runUsers } from './run.ts'
import { progressLine, summaryText } from './terminal.ts'
import { keepTokens, signInUser, type Tokens } from './tokens.ts'
import { isFine } from './verdict.ts'

try {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) process.stdout.write(HELP)
  else process.exitCode = (await bench(options)) ? 0 : 1
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  process.stderr.write(`${error.message}\nnpm run bench:load -- --help lists the options.\n`)
  process.exitCode = 2
}

/** @returns whether all went well */
async function bench(options: LoadOptions): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-load-'))
  // Also where somebody has seen enough: what is in it belongs to nobody afterwards.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const programs: RunningProgram[] = []
  try {
    const demo = options.nextcloud === undefined ? await startDemo() : undefined
    if (demo) programs.push(demo)
    const nextcloud = options.nextcloud ?? demo?.url
    if (nextcloud === undefined) throw new Error('there is no Nextcloud')
    const server = await startSignInServer(nextcloud, folder)
    programs.push(server)
    process.stderr.write(`making ${options.users} users in Nextcloud\n`)
    const people = await createPeople(nextcloud, options.users)
    const reports = await measureAll(options, people, server)
    if (options.nextcloud) await removePeople(options.nextcloud, people)
    await write(options, reports)
    return isFine(reports)
  } finally {
    for (const program of programs.toReversed()) await program.stop()
  }
}

/** This server first, then the others, all under the same load. */
async function measureAll(
  options: LoadOptions,
  people: readonly LoadUser[],
  server: RunningProgram,
): Promise<Map<string, RunReport>> {
  const signIn: RunOptions['signIn'] = async (user, tally) =>
    keepTokens({
      ...(await signInUser(server.url.origin, user, tally.signedIn)),
      renewAfterSeconds: options.renewAfterSeconds,
      renewed: tally.renewed,
    })
  const own = { url: server.url, pid: server.pid, headers: bearer, signIn }
  const takeTokens = options.headers.some(([, value]) => value.includes('{token}'))
  const others = options.against.map(({ label, url, pid }) => {
    const headers: RunOptions['headers'] = (user, token) => filledIn(options.headers, user, token)
    return [label, { url, pid, headers, signIn: takeTokens ? signIn : nothingToSignIn }] as const
  })
  const reports = new Map<string, RunReport>()
  for (const [label, target] of [[OURS, own] as const, ...others]) {
    process.stderr.write(`measuring: ${label}\n`)
    const line = progressLine(process.stderr)
    const { behaviour } = options
    const report = await runUsers({ ...target, people, behaviour, progress: line.show })
    line.end()
    process.stdout.write(`\n${summaryText(label, report)}\n`)
    reports.set(label, report)
  }
  return reports
}

async function write(options: LoadOptions, reports: ReadonlyMap<string, RunReport>): Promise<void> {
  const { users, behaviour, renewAfterSeconds } = options
  const conditions = {
    date: new Date().toISOString(),
    machine: machine(),
    users,
    ...behaviour,
    renewAfterSeconds,
  }
  const json = { ...conditions, reports: Object.fromEntries(reports) }
  await writeFile(options.json, `${JSON.stringify(json, null, 2)}\n`)
  await writeFile(options.html, reportPage(conditions, reports))
  process.stdout.write(`\npictures in ${options.html}, all numbers in ${options.json}\n`)
}

/** For servers that take something else than tokens. */
async function nothingToSignIn(): Promise<Tokens> {
  return { current: async () => '', after: async () => '' }
}

function bearer(_: LoadUser, token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` }
}

function filledIn(
  headers: LoadOptions['headers'],
  { id, password }: LoadUser,
  token: string,
): Record<string, string> {
  const values = { user: id, password, token, basic: btoa(`${id}:${password}`) }
  return Object.fromEntries(
    headers.map(([name, text]) => [
      name,
      Object.entries(values).reduce(
        (line, [key, value]) => line.replaceAll(`{${key}}`, value),
        text,
      ),
    ]),
  )
}
