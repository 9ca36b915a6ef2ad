/** `sync`: brings the search index up to date, once or for as long as it runs. */

import type { IndexReport } from '../search/sync/status.ts'
import type { SearchWiring } from '../server/search.ts'
import type { CommandOptions } from './options.ts'
import { createProgress } from './progress.ts'
import { withSearch } from './search.ts'
import { untilAskedToStop } from './signals.ts'

/** Options of the command line. */
export interface SyncOptions extends CommandOptions {
  /** Go on until asked to stop. */
  watch?: boolean
}

const LOOK_EVERY_MS = 250

/**
 * Lists and indexes what changed; exit code 1 when documents failed or users could not be listed.
 * @throws ConfigError; whatever keeps it from beginning
 */
export async function sync(options: SyncOptions): Promise<void> {
  await withSearch(options, search => (options.watch ? watch(search) : once(search)))
}

async function watch({ sync }: SearchWiring): Promise<void> {
  const askedToStop = untilAskedToStop()
  sync.start()
  process.stderr.write('keeping the index up to date; Ctrl+C ends it\n')
  await askedToStop
  await sync.stop()
}

async function once({ sync, status }: SearchWiring): Promise<void> {
  const stopping = new AbortController()
  void untilAskedToStop().then(() => stopping.abort(new Error('asked to stop')))
  const progress = createProgress(process.stderr, 'documents')
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    try {
      const { documents, open } = totals(await status.report(undefined, 0))
      progress.update(documents, documents + open)
    } catch {
      // The sync itself tells what is wrong.
    } finally {
      isLooking = false
    }
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  try {
    await sync.once(stopping.signal)
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    process.stderr.write('\nstopped; what is left is done the next time\n')
  } finally {
    clearInterval(timer)
  }
  const report = await status.report(undefined, 0)
  const { documents, open } = totals(report)
  progress.update(documents, documents + open)
  progress.end()
  process.stdout.write(`${summary(report)}\n`)
  const isUnwell = report.users.some(
    ({ why, types }) => why || types.some(({ failed }) => failed > 0),
  )
  if (isUnwell) process.exitCode = 1
}

function totals({ users }: IndexReport) {
  const types = users.flatMap(user => user.types)
  const total = (of: (type: (typeof types)[number]) => number) =>
    types.reduce((sum, type) => sum + of(type), 0)
  return {
    documents: total(type => type.documents),
    chunks: total(type => type.chunks),
    open: total(type => type.waiting + type.running),
    failed: total(type => type.failed),
  }
}

function summary(report: IndexReport): string {
  const { documents, chunks, open, failed } = totals(report)
  const parts = [
    `${documents} documents in ${chunks} passages, of ${report.users.length} users`,
    ...(open > 0 ? [`${open} wait to be tried again`] : []),
    ...(failed > 0 ? [`${failed} failed: nextcloud-mcp-server index status tells why`] : []),
  ]
  const whys = report.users.flatMap(({ user, why }) => (why ? [`${user}: ${why.message}`] : []))
  return [parts.join('; '), ...whys].join('\n')
}
