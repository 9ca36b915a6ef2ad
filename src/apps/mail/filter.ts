/** The Mail app's search filter, checked: what it does not know it passes over, and then lists all. */
import { badInput } from '../../nextcloud/errors.ts'

const TEXTS = ['from', 'to', 'cc', 'bcc', 'subject', 'body']
const FLAGS = ['read', 'unread', 'starred', 'answered', 'important']
/** How IMAP calls them. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  seen: 'read',
  unseen: 'unread',
  flagged: 'starred',
  attachment: 'attachments',
}
const SYNTAX =
  'Use from: to: cc: bcc: subject: body: with a word or "several words", is: or not: with read, unread, starred, answered or important, flags:attachments, tags:<id>, start: and end: with a date, match:anyof.'

/**
 * A filter as people write it in the spelling of the Mail app: values may be quoted, times may be
 * dates (UTC, the end's whole day included).
 * @throws CodedError `BAD_INPUT` for what the Mail app would silently ignore or fail over
 */
export function apiFilter(filter: string): string | undefined {
  const tokens = [...filter.matchAll(/([a-z]+):(?:"([^"]*)"|(\S*))|(\S+)/gi)].map(
    ([all, key, quoted, bare]) => {
      const value = quoted ?? bare ?? ''
      if (key === undefined || value === '') throw wrong(all)
      return `${key.toLowerCase()}:${encodeURIComponent(checked(key.toLowerCase(), value, all))}`
    },
  )
  return tokens.length === 0 ? undefined : tokens.join(' ')
}

function checked(key: string, given: string, token: string): string {
  const value = decoded(given)
  if (TEXTS.includes(key)) return value
  switch (key) {
    case 'is':
    case 'not': {
      const flag = named(value)
      if (FLAGS.includes(flag)) return flag
      break
    }
    case 'flags': {
      const flags = value.split(',').map(named)
      if (flags.every(flag => FLAGS.includes(flag) || flag === 'attachments'))
        return flags.join(',')
      break
    }
    case 'tags':
      if (/^\d+(,\d+)*$/.test(value)) return value
      break
    case 'match':
      if (value === 'anyof' || value === 'allof') return value
      break
    case 'mentions':
      if (value === 'true') return value
      break
    case 'start':
    case 'end': {
      const seconds = secondsOf(value, key === 'end')
      if (seconds !== undefined) return String(seconds)
      break
    }
  }
  throw wrong(token)
}

function named(flag: string): string {
  return OTHER_NAMES[flag] ?? flag
}

/** Some clients write values encoded, as the Mail app's own pages do. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function secondsOf(value: string, isEnd: boolean): number | undefined {
  if (/^\d{1,11}$/.test(value)) return Number(value)
  if (!/^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?$/.test(value)) return undefined
  const hasTime = value.includes('T')
  const time = Date.parse(hasTime && !/(?:Z|[+-]\d\d:\d\d)$/.test(value) ? `${value}Z` : value)
  if (Number.isNaN(time)) return undefined
  return Math.floor(time / 1000) + (isEnd && !hasTime ? 86_399 : 0)
}

function wrong(token: string): Error {
  return badInput(`search_filter: "${token}" cannot be understood`, SYNTAX)
}
