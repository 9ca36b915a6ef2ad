/** A process that reads documents and prints, as JSON, what it cost: see documents.ts. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DocumentError } from '../src/documents/document.ts'
import { createDocumentReader } from '../src/documents/reader.ts'
import { bomb } from '../test/support/documents/archive.ts'
import { pdf } from '../test/support/documents/pdf.ts'

const MEBIBYTE = 1024 * 1024
const LINE = 'The crane of the harbour lifts forty tonnes, and the tide comes twice a day. '

/** A page as books have them: 40 lines of 77 characters. */
const page = (number: number) => [`Page ${number}`, ...Array.from({ length: 40 }, () => LINE)]
const book = pdf(Array.from({ length: 300 }, (_, at) => page(at + 1)))
const paths = pdf([{ operators: '10 10 m 20 20 l S\n'.repeat(1_000_000) }])
const spaces = pdf([{ operators: ' '.repeat(400 * MEBIBYTE) }])

const reader = createDocumentReader({})

interface Cost {
  outcome: string
  ms: number
  /** Growth of this process, threads and all, at its highest. */
  mebibytes: number
}

async function cost(name: string, bytes: Uint8Array, pages?: { first: number; last: number }) {
  const before = process.memoryUsage.rss()
  let highest = before
  const watching = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }, 20)
  const start = performance.now()
  const outcome = await reader.read({ bytes, name, mediaType: undefined, pages }).then(
    ({ text }) => `${text.length} characters`,
    (error: unknown) => (error instanceof DocumentError ? error.code : String(error)),
  )
  clearInterval(watching)
  const mebibytes = Math.round((highest - before) / MEBIBYTE)
  return { outcome, ms: performance.now() - start, mebibytes } satisfies Cost
}

const first = await cost('a.txt', Buffer.from('a'))
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const whole = [
  await cost('book.pdf', book),
  await cost('book.pdf', book),
  await cost('book.pdf', book),
]
delay.disable()
const some = await cost('book.pdf', book, { first: 10, last: 12 })
const bombed = await cost('x.odt', bomb('content.xml', 1024 * MEBIBYTE))
const lied = await cost('x.odt', bomb('content.xml', 512 * MEBIBYTE, 1_000))
const drawn = await cost('x.pdf', paths)
const inflated = await cost('x.pdf', spaces)
await reader.close()

const best = whole.reduce((a, b) => (a.ms < b.ms ? a : b))
const p99 = delay.percentile(99) / 1e6
process.stdout.write(
  `${JSON.stringify({ first, best, some, p99, bombed, lied, drawn, inflated }, null, 1)}\n`,
)
