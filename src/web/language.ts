/** Languages of the pages, and which of them a reader wants. */

/** A language that every text exists in. */
export type Language = 'en' | 'de'

/** All of them; the first is for those who understand none. */
export const LANGUAGES: readonly Language[] = ['en', 'de']

/** Less than any weight that can be written: for languages that are not mentioned. */
const NOT_MENTIONED = 0.000_1

/** A language range and its weight. */
const RANGE = /^([a-z]{1,8}|\*)(?:-[a-z\d-]*)?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i

/**
 * The language that a reader likes best of those there are. Regional variants count for their
 * language; what cannot be understood is as if it were not there.
 * @param acceptLanguage value of `Accept-Language` (RFC 9110 12.5.4)
 */
export function languageOf(acceptLanguage: string | null): Language {
  const weights = new Map<string, number>()
  for (const item of (acceptLanguage ?? '').split(',')) {
    const [, range, weight] = RANGE.exec(item.trim()) ?? []
    if (range === undefined) continue
    const name = range.toLowerCase()
    weights.set(name, Math.max(weights.get(name) ?? 0, Number(weight ?? 1)))
  }
  const other = weights.get('*') ?? NOT_MENTIONED
  const inTheirOrder = [...weights.keys(), ...LANGUAGES].filter(isLanguage)
  const [best = 'en'] = inTheirOrder.toSorted(
    (one, another) => (weights.get(another) ?? other) - (weights.get(one) ?? other),
  )
  return best
}

function isLanguage(name: string): name is Language {
  return LANGUAGES.some(language => language === name)
}
