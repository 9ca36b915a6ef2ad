/** Points in time for people. */

import type { Time } from '../../vault/vault.ts'
import { type Html, html } from '../html.ts'
import type { Language } from '../language.ts'

/** Both write the day before the month. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' }

const FORMAT: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  // Nobody knows the reader's zone before the page is there; a script puts it in.
  timeZone: 'UTC',
  timeZoneName: 'short',
}

/** A point in time, in the reader's language. */
export function when(language: Language, time: Time): Html {
  const date = new Date(time)
  // Beyond what a date can be (ECMA-262 21.4.1.1).
  if (Number.isNaN(date.getTime())) return html`?`
  const text = new Intl.DateTimeFormat(LOCALES[language], FORMAT).format(date)
  return html`<time datetime="${date.toISOString()}">${text}</time>`
}
