/** What is asked of a search, and how it is understood from what people and models write. */
import { normalPath } from '../../nextcloud/dav/paths.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { DOCUMENT_TYPES, type DocumentType } from '../document.ts'
import { comparablePath } from '../index/path.ts'
import type { FusionMethod } from './fusion.ts'

/** By meaning, by words, or by both. */
export const MODES = ['hybrid', 'semantic', 'keyword'] as const
export type SearchMode = (typeof MODES)[number]

/** What a row of the result is. */
export const GRANULARITIES = ['chunk', 'document'] as const
export type Granularity = (typeof GRANULARITIES)[number]

/** A search, understood. */
export interface SearchRequest {
  readonly query: string
  readonly mode: SearchMode
  readonly fusion: FusionMethod
  /** Rows wanted. */
  readonly limit: number
  /** Undefined: all that the caller may see. */
  readonly types: readonly DocumentType[] | undefined
  readonly granularity: Granularity
  /** Least {@link SearchRow.score}; its scale is that of the mode. */
  readonly scoreThreshold: number
  /** Least {@link SearchRow.relevance}, 0 to 1. */
  readonly minRelevance: number
  readonly rerank: boolean
  /** Characters of context wanted on either side of a passage; undefined: none. */
  readonly contextChars: number | undefined
  /** Milliseconds since 1970. */
  readonly modifiedAfter: number | undefined
  readonly modifiedBefore: number | undefined
  /** With a slash in front and none at the end; empty: anywhere. */
  readonly pathPrefixes: readonly string[]
}

/** What a search is when nothing more is said. */
export const PLAIN_SEARCH: Omit<SearchRequest, 'query'> = {
  mode: 'hybrid',
  fusion: 'rrf',
  limit: 10,
  types: undefined,
  granularity: 'chunk',
  scoreThreshold: 0,
  minRelevance: 0,
  rerank: false,
  contextChars: undefined,
  modifiedAfter: undefined,
  modifiedBefore: undefined,
  pathPrefixes: [],
}

/** Other words for types than their names and the plurals of these. */
const OTHER_WORDS: Readonly<Record<string, DocumentType>> = {
  calendar: 'calendar_event',
  event: 'calendar_event',
  appointment: 'calendar_event',
  deck: 'deck_card',
  card: 'deck_card',
  news: 'news_item',
  article: 'news_item',
  feed_item: 'news_item',
  mail: 'mail_message',
  email: 'mail_message',
  message: 'mail_message',
  document: 'file',
}

/**
 * Types by whatever they are called; an empty list stands for all of them.
 * @throws CodedError `BAD_INPUT` that names what is no type
 */
export function typesNamed(words: readonly string[] | undefined): DocumentType[] | undefined {
  if (words === undefined || words.length === 0) return undefined
  const found = new Set<DocumentType>()
  const unknown: string[] = []
  for (const word of words) {
    const type = typeNamed(word)
    if (type === undefined) unknown.push(word)
    else found.add(type)
  }
  if (unknown.length > 0) {
    throw badInput(
      `doc_types: there is no type "${unknown.join('", "')}"`,
      `There are: ${DOCUMENT_TYPES.join(', ')}.`,
    )
  }
  return DOCUMENT_TYPES.filter(type => found.has(type))
}

function typeNamed(word: string): DocumentType | undefined {
  const name = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  for (const candidate of [name, name.replace(/s$/, '')]) {
    const type = DOCUMENT_TYPES.find(type => type === candidate)
    if (type !== undefined) return type
    if (Object.hasOwn(OTHER_WORDS, candidate)) return OTHER_WORDS[candidate]
  }
  return undefined
}

/**
 * A point in time: seconds since 1970, or ISO 8601; a day begins at midnight, and without a zone
 * all is UTC.
 * @returns milliseconds since 1970; undefined for undefined
 * @throws CodedError `BAD_INPUT` that names the argument
 */
export function timeNamed(
  argument: string,
  value: string | number | undefined,
): number | undefined {
  if (value === undefined) return undefined
  const text = String(value).trim()
  const time = /^\d{1,11}$/.test(text) ? Number(text) * 1_000 : isoTime(text)
  if (!Number.isNaN(time)) return time
  throw badInput(
    `${argument} "${text}" is not a time`,
    'As in 2026-01-31, 2026-01-31T17:00:00+01:00, or seconds since 1970.',
  )
}

function isoTime(text: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ]([\d:.]+)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text)
  if (parts === null) return Number.NaN
  const [, day = '', time = '00:00', zone = 'Z'] = parts
  // A day that no month has would else become one of the next.
  const isDay = new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) ?? false
  return isDay ? Date.parse(`${day}T${time}${zone.toUpperCase()}`) : Number.NaN
}

/**
 * Folders in one spelling; the root among them means anywhere.
 * @throws CodedError `BAD_INPUT` for `..` and what no path has
 */
export function foldersNamed(paths: readonly string[]): string[] {
  const folders = paths.map(path => comparablePath(normalPath(path.trim())))
  return folders.includes('') ? [] : [...new Set(folders)]
}

/** Whether a path is one of these folders or below one; none stand for anywhere. */
export function isWithin(path: string, folders: readonly string[]): boolean {
  const there = `${comparablePath(path)}/`
  return folders.length === 0 || folders.some(folder => there.startsWith(`${folder}/`))
}
