/** Cooking times, as people write them and as Cookbook keeps them. */
import { badInput } from '../../nextcloud/errors.ts'

const SECONDS = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const

const NUMBER = String.raw`(\d+(?:[.,]\d+)?)`
const ISO = new RegExp(
  `^P(?=.)(?:${NUMBER}W)?(?:${NUMBER}D)?(?:T(?=.)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?$`,
  'i',
)
const WORDS = new RegExp(
  `^(?:${NUMBER}\\s*(?:d|days?)\\s*)?(?:${NUMBER}\\s*(?:h|hrs?|hours?)\\s*)?(?:${NUMBER}\\s*(?:m|mins?|minutes?)?\\s*)?$`,
  'i',
)
const CLOCK = /^(\d{1,3}):([0-5]\d)$/
/** The longest that is kept: a hundred days. */
const LONGEST = 100 * SECONDS.d

/**
 * A duration as Cookbook keeps it, `PT1H20M0S`, of ISO 8601, `1 h 20 min`, `90 min` or `1:20`.
 * Days and weeks become hours, because Cookbook drops them.
 * @param field the argument, named when the text is none of these
 * @throws CodedError `BAD_INPUT`
 */
export function toDuration(field: string, text: string): string {
  const seconds = secondsOf(text.trim())
  if (seconds === undefined || seconds > LONGEST) {
    throw badInput(
      `${field}: "${text}" is not a duration`,
      'Give ISO 8601 such as PT1H20M, or "1 h 20 min".',
    )
  }
  const minutes = Math.floor(seconds / 60)
  return `PT${Math.floor(minutes / 60)}H${minutes % 60}M${seconds % 60}S`
}

function secondsOf(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (iso) return total(iso.slice(1), ['w', 'd', 'h', 'm', 's'])
  const clock = CLOCK.exec(text)
  if (clock) return total(clock.slice(1), ['h', 'm'])
  // A bare number could be minutes or hours.
  if (/^[\d.,]*$/.test(text)) return undefined
  const words = WORDS.exec(text)
  return words ? total(words.slice(1), ['d', 'h', 'm']) : undefined
}

function total(
  amounts: readonly (string | undefined)[],
  units: readonly (keyof typeof SECONDS)[],
): number {
  const sum = units.reduce((seconds, unit, at) => {
    const amount = Number((amounts[at] ?? '0').replace(',', '.'))
    return seconds + amount * SECONDS[unit]
  }, 0)
  return Math.round(sum)
}
