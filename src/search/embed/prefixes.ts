/** What some models want before a text, to know what it is for. */
import { createHash } from 'node:crypto'
import type { EmbeddingConfig } from '../../config/search.ts'
import type { TextKind } from './embedder.ts'

/** By kind of text; empty where nothing is wanted. */
export type Prefixes = Readonly<Record<TextKind, string>>

const NONE: Prefixes = { query: '', passage: '' }

/** By the names of models, as their cards say it (nomic-ai/nomic-embed-text-v1.5, intfloat/e5). */
const KNOWN: readonly (readonly [RegExp, Prefixes])[] = [
  [/\bnomic-embed-text/i, { query: 'search_query: ', passage: 'search_document: ' }],
  // The instruct ones want a task in words instead, which only people can write.
  [/\b(multilingual-)?e5-(?!.*instruct)/i, { query: 'query: ', passage: 'passage: ' }],
]

/** What to put before texts for a model: as configured, else what it is known to want. */
export function prefixesFor(
  model: string,
  config: Pick<EmbeddingConfig, 'queryPrefix' | 'passagePrefix'>,
): Prefixes {
  const wanted = KNOWN.find(([name]) => name.test(model))?.[1] ?? NONE
  return {
    query: config.queryPrefix ?? wanted.query,
    passage: config.passagePrefix ?? wanted.passage,
  }
}

/**
 * What tells vectors apart that one model made in different ways: their length where it was asked
 * for, and a prefix of passages that is not the usual one. Queries are not stored.
 */
export function variantOf(
  model: string,
  config: Pick<EmbeddingConfig, 'passagePrefix' | 'dimension'>,
): string {
  const usual = prefixesFor(model, { queryPrefix: undefined, passagePrefix: undefined }).passage
  const { passagePrefix = usual, dimension } = config
  const prefix =
    passagePrefix === usual
      ? ''
      : `+${createHash('sha256').update(passagePrefix).digest('hex').slice(0, 8)}`
  return `${dimension === undefined ? '' : `@${dimension}`}${prefix}`
}
