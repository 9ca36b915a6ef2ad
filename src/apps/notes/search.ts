/** Finding notes by words, over one listing that is only sent again when something has changed. */

import { LRUCache } from 'lru-cache'
import type { Session } from '../../nextcloud/session.ts'
import { fold } from '../../text/fold.ts'
import { type ApiNote, notes } from './api.ts'

/** A note with what the search compares, folded once. */
interface SearchableNote {
  note: ApiNote
  title: string
  category: string
  content: string
}

interface Listing {
  etag: string
  notes: SearchableNote[]
}

/** A note that was found; `score` is between 0 and 1, and null for an empty query. */
export interface Found {
  note: ApiNote
  score: number | null
}

/** All users together; listings are cheap to fetch again. */
const LISTINGS_MAX_CHARACTERS = 32 * 1024 * 1024
const listings = new LRUCache<string, Listing>({
  maxSize: LISTINGS_MAX_CHARACTERS,
  sizeCalculation: listing =>
    listing.notes.reduce((size, { content }) => size + 2 * content.length + 500, 500),
})

/** A word of the query in the title says more than one in the category, and that than the text. */
const WEIGHTS = { title: 0.6, category: 0.25, content: 0.15 } as const

/**
 * The notes that contain at least one word of the query, best first; all of them, newest first,
 * for an empty query. Case and diacritics do not count. One request.
 */
export async function searchNotes(session: Session, query: string): Promise<Found[]> {
  const candidates = await currentNotes(session)
  const words = [...new Set(fold(query).split(/[^\p{L}\p{N}]+/u))].filter(Boolean)
  const wanted = words.length === 0 ? [fold(query).trim()].filter(Boolean) : words
  const newestFirst = (a: Found, b: Found) => b.note.modified - a.note.modified
  if (wanted.length === 0) {
    return candidates.map(({ note }) => ({ note, score: null })).toSorted(newestFirst)
  }
  return candidates
    .map(candidate => ({ note: candidate.note, score: score(candidate, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || newestFirst(a, b))
}

/** A few words around the first place where the query is found, on one line. */
export function excerpt(note: ApiNote, query: string, length = 160): string {
  const content = note.content.replace(/\s+/g, ' ').trim()
  const folded = fold(content)
  const at = fold(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map(word => folded.indexOf(word))
    .filter(position => position >= 0)
  // Folding may change lengths by a character or two, which an excerpt can bear.
  const start = at.length === 0 ? 0 : Math.max(0, Math.min(...at) - length / 4)
  const cut = content.slice(start, start + length).toWellFormed()
  return `${start > 0 ? '…' : ''}${cut}${start + length < content.length ? '…' : ''}`
}

async function currentNotes(session: Session): Promise<SearchableNote[]> {
  const { key } = session.account
  const kept = listings.get(key)
  const fresh = await notes(session).list(kept?.etag)
  if (fresh === undefined) return kept?.notes ?? []
  const searchable = fresh.notes.map(note => ({
    note,
    title: fold(note.title),
    category: fold(note.category),
    content: fold(note.content),
  }))
  if (fresh.etag === undefined) listings.delete(key)
  else listings.set(key, { etag: fresh.etag, notes: searchable })
  return searchable
}

/** The mean over the words of where each is found; a whole word counts more than a part of one. */
function score(candidate: SearchableNote, words: readonly string[]): number {
  let sum = 0
  for (const word of words) {
    for (const field of ['title', 'category', 'content'] as const) {
      sum += WEIGHTS[field] * presence(candidate[field], word)
    }
  }
  return Math.round((sum / words.length) * 1_000) / 1_000
}

function presence(text: string, word: string): number {
  const at = text.indexOf(word)
  if (at < 0) return 0
  const isLetter = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}]/u.test(character)
  const whole = !isLetter(text[at - 1]) && !isLetter(text[at + word.length])
  return whole ? 1 : 0.6
}
