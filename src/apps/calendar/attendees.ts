/** Attendees as people list them: `jane@example.org, Joe Doe <joe@example.org>`. */
import { badInput } from '../../nextcloud/errors.ts'

/** Somebody to invite. */
export interface Invitee {
  readonly email: string
  readonly name?: string
}

/** As mail has them, as far as it matters here; no blanks, quotes or angle brackets. */
const ADDRESS = /^[^\s<>"',;:@]+@[^\s<>"',;:@]+$/

/**
 * The people of a comma-separated list, each once.
 * @throws CodedError `BAD_INPUT` that names the argument and what is no address
 */
export function inviteesIn(list: string): Invitee[] {
  const people = new Map<string, Invitee>()
  for (const entry of entriesOf(list)) {
    const [, quoted, plain, inside] = /^(?:"([^"]*)"|([^<]*?))\s*<([^>]*)>$/.exec(entry) ?? []
    const email = (inside ?? entry).trim().replace(/^mailto:/i, '')
    if (!ADDRESS.test(email)) {
      throw badInput(
        `attendees: "${entry}" has no e-mail address`,
        'Write jane@example.org, Joe Doe <joe@example.org>. nc_users_search finds people.',
      )
    }
    const name = (quoted ?? plain ?? '').trim()
    const key = email.toLowerCase()
    if (!people.has(key)) people.set(key, name === '' ? { email } : { email, name })
  }
  return [...people.values()]
}

/** Split at commas (and semicolons) outside of quotation marks and angle brackets. */
function entriesOf(list: string): string[] {
  return (list.match(/(?:"[^"]*"|<[^>]*>|[^,;"<\n]|["<])+/g) ?? [])
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
}
