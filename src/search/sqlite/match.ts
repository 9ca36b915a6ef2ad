/** From the user's words to a question for FTS5, which never sees anything but quoted words. */
import type { DatabaseSync } from 'node:sqlite'
import { type QueryWord, queryWordsOf } from '../index/words.ts'
import { tablesOf } from './partition.ts'

/** Words of a question that are looked at, the first ones. */
const MOST_WORDS = 200
/** Words that are searched for, the rarest ones. */
const MOST_TERMS = 24
/** Passages that the words may have together: each costs a microsecond, and common words tell little. */
const MOST_PASSAGES = 6_000
/** Words in more passages are not counted further; they are left out where there are rarer ones. */
const COMMON = { atLeast: 1_000, share: 0.2, atMost: 5_000 } as const
/** Words that nothing contains, and that are therefore taken for beginnings or parts of others. */
const MOST_MISSING = 8
/** The shortest part of a word that is looked for. */
const SHORTEST_PART = 3
/** Words that parts may become. */
const MOST_WITH_PARTS = 16
/** Beyond it reading through all the words takes too long. */
const MOST_CHUNKS_FOR_PARTS = 20_000

interface Term {
  readonly match: string
  /** Passages with it, counted up to what makes a word common. */
  readonly count: number
}

/** Makes the question for one partition. */
export interface Matcher {
  /**
   * @param chunks that the partition has
   * @returns the argument of MATCH; undefined where nothing can match
   */
  matchOf(text: string, chunks: number): string | undefined
}

/** A matcher with its statements prepared. */
export function matcher(db: DatabaseSync, partition: number): Matcher {
  const { words } = tablesOf(partition)
  const countUpTo = db.prepare(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${words} WHERE ${words} MATCH ? LIMIT ?)`,
  )

  return {
    matchOf(text, chunks) {
      const limit = commonFrom(chunks)
      const termOf = ({ text: word, isPrefix }: QueryWord): Term => {
        const match = isPrefix ? `"${word}"*` : `"${word}"`
        return { match, count: Number(countUpTo.get(match, limit)?.n) }
      }
      const asked = queryWordsOf(text).slice(0, MOST_WORDS)
      const whole = asked.map(termOf)
      const missing = asked
        .filter((word, at) => whole[at]?.count === 0 && isLongEnough(word))
        .slice(0, MOST_MISSING)
      const beginnings = missing.map(word => termOf({ ...word, isPrefix: true }))
      const terms = [...whole, ...beginnings].filter(({ count }) => count > 0)
      if (terms.length > 0) return matchAny(chosen(terms, limit))
      if (missing.length === 0 || chunks > MOST_CHUNKS_FOR_PARTS) return undefined
      return matchAny(wordsWith(missing).map(word => termOf({ text: word, isPrefix: false })))
    },
  }

  /** Words with any of the parts, the shortest first, out of all there are. */
  function wordsWith(parts: readonly QueryWord[]): string[] {
    db.exec(`CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, ${words}, row)`)
    try {
      const hasPart = parts.map(() => 'instr(term, ?) > 0').join(' OR ')
      return db
        .prepare(
          `SELECT term FROM temp.vocabulary WHERE ${hasPart} ORDER BY length(term), term LIMIT ?`,
        )
        .all(...parts.map(({ text }) => text), MOST_WITH_PARTS)
        .map(({ term }) => String(term))
    } finally {
      db.exec('DROP TABLE temp.vocabulary')
    }
  }
}

/** The rarest, as many as can be afforded; common ones only where there is nothing else. */
function chosen(terms: readonly Term[], limit: number): Term[] {
  const rare = terms.filter(({ count }) => count < limit)
  let passages = 0
  return (rare.length > 0 ? rare : terms)
    .toSorted((a, b) => a.count - b.count)
    .slice(0, MOST_TERMS)
    .filter(({ count }, at) => {
      passages += count
      return at === 0 || passages <= MOST_PASSAGES
    })
}

function matchAny(terms: readonly Term[]): string | undefined {
  return terms.length === 0 ? undefined : terms.map(({ match }) => match).join(' OR ')
}

function isLongEnough({ text, isPrefix }: QueryWord): boolean {
  return !isPrefix && [...text].length >= SHORTEST_PART
}

function commonFrom(chunks: number): number {
  const { atLeast, share, atMost } = COMMON
  return Math.min(atMost, Math.max(atLeast, Math.ceil(chunks * share)))
}
