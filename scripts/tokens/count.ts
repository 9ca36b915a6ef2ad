/** Tokens of a text. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'

/** What stands for every etag and hash: they differ from run to run, and so do their tokens. */
const HASH = 'ce2855b1a86e86a740644a4f8624f787'

/**
 * The tokens of a value as JSON, by the tokenizer o200k_base.
 * @param chance a text that differs from run to run, for which `stand` is counted
 */
export function tokensOf(value: unknown, chance = HASH, stand = HASH): number {
  const text = JSON.stringify(value).replace(/\b[0-9a-f]{13,40}\b/g, HASH)
  return countTokens(text.replaceAll(chance, stand))
}
