/** How well a contact is what somebody looks for. */
import { fold } from '../../text/fold.ts'
import type { Contact } from '../../vcard/contact.ts'

/** What of a contact is compared, folded once. */
export interface Folded {
  /** What lists are sorted by. */
  readonly sort: string
  readonly names: string
  readonly nickname: string
  readonly emails: string
  readonly organization: string
  readonly categories: string
  readonly note: string
  /** Digits, without the zeros or the plus that a number begins with. */
  readonly phones: readonly string[]
}

/** What is looked for. */
export interface Query {
  readonly words: readonly string[]
  /** Where the query is a phone number. */
  readonly digits: string | undefined
}

/** What is found in a name says more than what is found in a note. */
const WEIGHTS = {
  names: 1,
  nickname: 0.9,
  emails: 0.8,
  organization: 0.7,
  categories: 0.5,
  note: 0.3,
} as const
const FEWEST_DIGITS = 3
/** Shorter numbers are extensions, which many longer ones end with. */
const WHOLE_NUMBER = 6

/** What a contact is compared by. */
export function foldContact(contact: Contact): Folded {
  const { fn, given_name, family_name, additional_names, organization, department } = contact
  return {
    sort: foldName(fn || contact.uid),
    names: joined(fn, given_name, family_name, additional_names),
    nickname: joined(contact.nickname),
    emails: joined(...contact.emails.map(({ value }) => value)),
    organization: joined(organization, department, contact.title, contact.role),
    categories: joined(...contact.categories),
    note: joined(contact.note?.slice(0, 5_000)),
    phones: contact.phones.map(({ value }) => significant(value)).filter(Boolean),
  }
}

/** What a query asks for. */
export function parseQuery(query: string): Query {
  const text = query.trim()
  const isNumber = /^[+\d\s()/.-]+$/.test(text)
  const digits = isNumber ? significant(text) : ''
  return {
    words: [...new Set(foldName(text).split(/\s+/))].filter(Boolean),
    digits: digits.length >= FEWEST_DIGITS ? digits : undefined,
  }
}

/** Between 0 and 1; 0 where a word of the query is nowhere. */
export function score(folded: Folded, { words, digits }: Query): number {
  const number = digits === undefined ? 0 : numberScore(folded.phones, digits)
  let sum = 0
  for (const word of words) {
    let best = 0
    for (const field of Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]) {
      const found = presence(folded[field], word) * WEIGHTS[field]
      if (found > best) best = found
    }
    const inNumber = /^\d{3,}$/.test(word) ? numberScore(folded.phones, significant(word)) : 0
    best = Math.max(best, inNumber)
    if (best === 0) return number
    sum += best
  }
  return words.length === 0 ? 0 : Math.max(number, sum / words.length)
}

/** Letters that are no others with a mark on them, as those who have no such keys write them. */
const PLAIN = new Map(
  Object.entries({ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i' }),
)

/**
 * Lower case without diacritics and apostrophes: "Zoë" is found by "zoe", "Groß" by "gross",
 * "O’Brien" by "o'brien".
 */
export function foldName(text: string): string {
  return fold(text)
    .replace(/['\u2019]/g, '')
    .replace(/[^\p{ASCII}]/gu, letter => PLAIN.get(letter) ?? letter)
}

/** `+49 (0)30 12`, `0049 30 12` and `030 12` end alike. */
function significant(number: string): string {
  return number
    .replace(/\(0\)/g, '')
    .replace(/\D/g, '')
    .replace(/^0+(?=\d)/, '')
}

function numberScore(numbers: readonly string[], digits: string): number {
  let best = 0
  for (const number of numbers) {
    if (number === digits) return 1
    const ends = number.endsWith(digits) ? digits.length >= WHOLE_NUMBER : false
    const begins = digits.endsWith(number) && number.length >= WHOLE_NUMBER
    const found = ends || begins ? 0.9 : number.includes(digits) ? 0.6 : 0
    if (found > best) best = found
  }
  return best
}

/** A whole word counts most, its beginning more than what is inside of it. */
function presence(text: string, word: string): number {
  if (text === '') return 0
  let best = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const begins = !isLetter(text[at - 1])
    const ends = !isLetter(text[at + word.length])
    if (begins && ends) return 1
    best = Math.max(best, begins ? 0.8 : 0.5)
  }
  return best
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character)
}

function joined(...texts: readonly (string | null | undefined)[]): string {
  const present = texts.filter((text): text is string => text != null && text !== '')
  return foldName(present.join('\n'))
}
