/** Documents, questions and vectors to measure search with; the same in every run. */
import type { EmbeddedChunk, IndexedDocument } from '../src/search/document.ts'

export const DIMENSION = 384
export const CHUNKS_OF_A_DOCUMENT = 5
const CHUNK_CHARACTERS = 850
const WORDS = 20_000
const TOPICS = 200
const FOLDERS = 20
const YEAR_MS = 365 * 86_400_000

/** How vectors lie: around topics, as those of texts do, or anywhere, the hardest to tell apart. */
export type Spread = 'clustered' | 'random'

/** Samples from a seed. */
export function samples(seed: number, spread: Spread) {
  const random = generator(seed)
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const anywhere = () => unit(Float32Array.from({ length: DIMENSION }, gauss))
  const topics = Array.from({ length: TOPICS }, anywhere)
  const below = (count: number) => Math.floor(random() * count)
  /** About as rare as in a language: the tenth word is a tenth as frequent as the first. */
  const word = () => spell(Math.floor(Math.exp(random() * Math.log(WORDS))))
  const words = (count: number) => Array.from({ length: count }, word).join(' ')

  const vector = (): Float32Array => {
    const topic = topics[below(TOPICS)]
    if (spread === 'random' || topic === undefined) return anywhere()
    return unit(topic.map(value => value + (0.7 * gauss()) / Math.sqrt(DIMENSION)))
  }
  const text = (): string => {
    let made = ''
    while (made.length < CHUNK_CHARACTERS) made += `${word()} `
    return made
  }
  return {
    document: (id: number): IndexedDocument => ({
      type: id % 3 === 0 ? 'file' : 'note',
      id: `${id}`,
      ref: undefined,
      title: words(3),
      category: '',
      path: `/Folder ${below(FOLDERS)}/${id}.md`,
      url: `https://cloud.example.org/f/${id}`,
      modifiedAt: below(YEAR_MS),
      pageCount: undefined,
    }),
    chunks: (): EmbeddedChunk[] =>
      Array.from({ length: CHUNKS_OF_A_DOCUMENT }, (_, index) => ({
        index,
        text: text(),
        start: index * CHUNK_CHARACTERS,
        end: (index + 1) * CHUNK_CHARACTERS,
        page: undefined,
        pageEnd: undefined,
        vector: vector(),
      })),
    /** A question, every third of which is limited to a folder, every third to some months. */
    question(at: number) {
      const filters = [
        {},
        { pathPrefixes: [`/Folder ${below(FOLDERS)}`] },
        { modifiedAfter: YEAR_MS / 2, types: ['note', 'file'] as const },
      ]
      return { vector: vector(), text: words(6), filter: filters[at % filters.length] ?? {} }
    },
    below,
  }
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A word for a number, of syllables. */
function spell(number: number): string {
  let word = ''
  for (let rest = number; rest > 0 || word === ''; rest = Math.floor(rest / 80)) {
    word += 'bcdfghklmnprstvz'.charAt(rest % 16) + 'aeiou'.charAt(Math.floor(rest / 16) % 5)
  }
  return word
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map(value => value / length)
}
