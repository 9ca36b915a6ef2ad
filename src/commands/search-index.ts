/** `index`: what is in the search index, and building it anew. */
import { ConfigError } from '../config/config.ts'
import type { DocumentKey } from '../search/document.ts'
import type { IndexReport, TypeReport } from '../search/sync/status.ts'
import type { SearchWiring } from '../server/search.ts'
import type { CommandOptions } from './options.ts'
import { withSearch } from './search.ts'

/** What to do with the index. */
export type IndexAction = 'status' | 'rebuild' | 'retry' | 'export'

/** Options of the command line. */
export interface IndexOptions extends CommandOptions {
  /** Only what is of this user, by the name of their partition. */
  user?: string
  json?: boolean
}

const FAILURES = 50
const PAGE = 200

/** @throws ConfigError; whatever the index throws, with what to do */
export async function searchIndex(action: IndexAction, options: IndexOptions): Promise<void> {
  await withSearch(options, search => ACTIONS[action](search, options))
}

const ACTIONS: Readonly<
  Record<IndexAction, (search: SearchWiring, options: IndexOptions) => Promise<void>>
> = { status, rebuild, retry, export: exportAll }

async function status({ status }: SearchWiring, { user, json }: IndexOptions): Promise<void> {
  const report = await status.report(user, FAILURES)
  print(json ? JSON.stringify(report, null, 2) : lines(report).join('\n'))
}

async function rebuild({ ledger }: SearchWiring): Promise<void> {
  await ledger.raiseEdition()
  print(
    'The index is built anew beside this one, which is searched until then, by the running server within a minute or by nextcloud-mcp-server sync.',
  )
}

async function retry({ ledger, now }: SearchWiring, { user }: IndexOptions): Promise<void> {
  const revived = await ledger.revive(user === undefined ? {} : { user }, now())
  print(`${revived} documents are tried again`)
}

/** One line of JSON for each document, with its passages. */
async function exportAll({ index, ledger }: SearchWiring, { user }: IndexOptions): Promise<void> {
  const generation = (await index.generations()).find(({ active }) => active)
  if (generation === undefined) return
  const all = (await ledger.userStates(user)).map(state => state.user)
  if (user !== undefined && all.length === 0) {
    throw new ConfigError([{ name: '--user', message: `nothing is indexed of ${user}` }])
  }
  for (const name of all) {
    let after: DocumentKey | undefined
    for (;;) {
      const page = await ledger.documents(generation.id, name, PAGE, after)
      for (const { type, id, title, chunks, indexedAt } of page) {
        const passages =
          chunks === 0 ? [] : await index.passages(generation.id, name, { type, id }, 0, chunks - 1)
        const document = { user: name, type, id, title, indexed_at: new Date(indexedAt), passages }
        if (!(await written(`${JSON.stringify(document)}\n`))) return
      }
      after = page.at(-1)
      if (page.length < PAGE) break
    }
  }
}

function lines({ generations, users, failures }: IndexReport): string[] {
  const editions = generations.map(
    ({ model, dimension, chunker, active }) =>
      `${active ? 'searched' : 'being built'}: ${model}, ${dimension} dimensions, passages ${chunker}`,
  )
  if (editions.length === 0) return ['nothing is indexed yet']
  const ofUsers = users.flatMap(({ user, why, types }) => [
    '',
    why === undefined ? user : `${user}: ${why.message}`,
    ...types.map(typeLine),
  ])
  const failed = failures.map(
    ({ user, type, name, reason }) => `  ${user}  ${type}  ${name}: ${reason.message}`,
  )
  return [...editions, ...ofUsers, ...(failed.length === 0 ? [] : ['', 'failed:', ...failed])]
}

function typeLine({
  title,
  documents,
  chunks,
  waiting,
  running,
  failed,
  listedAt,
  why,
}: TypeReport) {
  const listed =
    listedAt === undefined ? 'never listed' : `listed ${new Date(listedAt).toISOString()}`
  const open = waiting + running
  const parts = [
    `${documents} documents in ${chunks} passages`,
    ...(open > 0 ? [`${open} waiting`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    why === undefined ? listed : why.message,
  ]
  return `  ${title.padEnd(10)} ${parts.join(', ')}`
}

/** Names come from outside; a terminal must not obey them. */
function print(text: string): void {
  process.stdout.write(`${text.replace(/(?!\n)\p{Cc}/gu, '?')}\n`)
}

/** Waits where whoever reads is slower; false where they have gone, as `head` does. */
async function written(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' ? resolve(false) : reject(error)
    process.stdout.once('error', onError)
    process.stdout.write(text, error => {
      // The event comes after this call.
      if (error) return
      process.stdout.off('error', onError)
      resolve(true)
    })
  })
}
