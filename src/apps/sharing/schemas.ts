/** Arguments that several tools take. */
import { z } from 'zod'

/** A number as Nextcloud and the Python server have it, or words. */
export function numberOrWords(words: string) {
  return z
    .custom<number | string>(
      value => typeof value === 'string' || Number.isInteger(value),
      'must be a whole number or words',
    )
    .meta({ type: ['integer', 'string'], description: words })
}
