/** The built-in embedder: how much one worker does, and what the rest of the process notices of it. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createEmbedder } from '../src/search/embed/create.ts'
import { median, OURS, type Row } from './rows.ts'

const RUNS = 5
const CHUNKS = 48
const CHUNK_LENGTH = 850

/** Sentences as people write them; each chunk is made of others. */
const SENTENCES = [
  'The boiler in the cellar was serviced on Tuesday, and the technician replaced a worn gasket.',
  'Please remember that the insurance company asks for the certificate of last year.',
  'If nobody is at home when the courier arrives, the parcel may be left with the neighbours.',
  'Our trip to Lisbon is booked from the ninth to the sixteenth of May, with a stop in Porto.',
  'The minutes of the last meeting were approved without changes; Martha takes them this time.',
  'Refunds are paid within fourteen days, provided that the goods came back in their packaging.',
  'She suggested moving the deadline by a week, because two of the drawings are still missing.',
  'Grill the salmon for ten minutes, then add lemon, dill and a spoonful of melted butter.',
  'The new printer on the second floor needs a driver that the administrator has to install.',
  'Whoever wants to borrow a book writes their name, the title and the day into the list.',
]

/** Measures it in this process, with one worker. */
export async function measureEmbedding(): Promise<Row[]> {
  const embedder = createEmbedder({
    tier: 'builtin',
    workers: 1,
    dimension: undefined,
    queryPrefix: undefined,
    passagePrefix: undefined,
  })
  try {
    const began = performance.now()
    await embedder.embed(['the first one'], { kind: 'query' })
    const first = performance.now() - began
    const rates: number[] = []
    const delay = monitorEventLoopDelay({ resolution: 1 })
    for (let run = 0; run < RUNS; run++) {
      const texts = Array.from({ length: CHUNKS }, (_, at) => chunk(run * CHUNKS + at))
      const started = performance.now()
      delay.enable()
      await embedder.embed(texts, { kind: 'passage' })
      delay.disable()
      rates.push((CHUNKS * 1_000) / (performance.now() - started))
    }
    return [
      {
        name: `built-in embedder, one worker: chunks of ${CHUNK_LENGTH} characters`,
        unit: 'per second',
        target: { atLeast: 12 },
        values: { [OURS]: median(rates) },
        remark: `median of ${RUNS}, best ${Math.max(...rates).toFixed(1)}`,
      },
      {
        name: 'event loop while it embeds, p99 of the delay',
        unit: 'ms',
        target: { atMost: 20 },
        values: { [OURS]: delay.percentile(99) / 1e6 },
      },
      {
        name: 'first vector of the built-in embedder, loading included',
        unit: 'ms',
        values: { [OURS]: first },
      },
    ]
  } finally {
    await embedder.close()
  }
}

function chunk(number: number): string {
  const sentences = Array.from(
    { length: 12 },
    (_, at) => SENTENCES[(number * 7 + at * 3) % SENTENCES.length],
  )
  return `Note ${number}. ${sentences.join(' ')}`.slice(0, CHUNK_LENGTH)
}
