/** From the user's words to a question for FTS5, which never sees anything but quoted words. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type QueryWord, queryWordsOf } from '../index/words.ts'
import { tablesOf } from './partition.ts'

/** Words of a question that are looked at, the first ones. */
const MOST_WORDS = 200
/** Words that are searched for, the rarest ones. */
const MOST_TERMS = 24
/** Words that nothing contains whole and that are therefore looked for within others. */
const MOST_EXPANDED = 8
/** Words that each of those may become. */
const MOST_EXPANSIONS = 16
/** The shortest part of a word that is looked for. */
const SHORTEST_PART = 3
/** Words in more passages are left out where there are rarer ones: they cost much and tell little. */
const COMMON = { atLeast: 1_000, share: 0.2, atMost: 5_000 } as const
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
      const asked = queryWordsOf(text).slice(0, MOST_WORDS)
      const counted = asked.map(word => ({ word, term: termOf(word, limit) }))
      const missing = counted.filter(({ term }) => term.count === 0).map(({ word }) => word)
      const terms = [
        ...counted.map(({ term }) => term).filter(({ count }) => count > 0),
        ...missing.slice(0, MOST_EXPANDED).flatMap(word => expansionsOf(word, chunks, limit)),
      ]
      const rare = terms.filter(({ count }) => count < limit)
      const chosen = (rare.length > 0 ? rare : terms)
        .toSorted((a, b) => a.count - b.count)
        .slice(0, MOST_TERMS)
      return chosen.length === 0 ? undefined : chosen.map(({ match }) => match).join(' OR ')
    },
  }

  function termOf({ text, isPrefix }: QueryWord, limit: number): Term {
    const match = isPrefix ? `"${text}"*` : `"${text}"`
    return { match, count: countOf(countUpTo, match, limit) }
  }

  /** Words that begin with it; otherwise those that contain it. */
  function expansionsOf({ text, isPrefix }: QueryWord, chunks: number, limit: number): Term[] {
    if ([...text].length < SHORTEST_PART || isPrefix) return []
    const beginning = termOf({ text, isPrefix: true }, limit)
    if (beginning.count > 0) return [beginning]
    if (chunks > MOST_CHUNKS_FOR_PARTS) return []
    return wordsWith(text).map(word => termOf({ text: word, isPrefix: false }, limit))
  }

  /** Words with a part, the shortest first, out of all there are. */
  function wordsWith(part: string): string[] {
    db.exec(`CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, ${words}, row)`)
    try {
      return db
        .prepare(
          `SELECT term FROM temp.vocabulary WHERE instr(term, ?) > 0
           ORDER BY length(term), term LIMIT ?`,
        )
        .all(part, MOST_EXPANSIONS)
        .map(({ term }) => String(term))
    } finally {
      db.exec('DROP TABLE temp.vocabulary')
    }
  }
}

function commonFrom(chunks: number): number {
  const { atLeast, share, atMost } = COMMON
  return Math.min(atMost, Math.max(atLeast, Math.ceil(chunks * share)))
}

function countOf(statement: StatementSync, match: string, limit: number): number {
  return Number(statement.get(match, limit)?.n)
}
