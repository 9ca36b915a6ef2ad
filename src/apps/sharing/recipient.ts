/**
 * From what a caller calls somebody to the one id that Nextcloud needs.
 *
 * Nextcloud takes a user id in any case and keeps it as it was written, but looks shares up by the
 * letter: one made with "Bob" exists, and bob never sees it. And a name that several people have
 * must not be anybody's guess. So the id is always looked up, and taken only where it is certain.
 */
import { multistatus } from '../../nextcloud/dav/multistatus.ts'
import { encodeSegment, segmentsBelow } from '../../nextcloud/dav/paths.ts'
import { davRoot } from '../../nextcloud/dav/principal.ts'
import { child, dav, document } from '../../nextcloud/dav/xml.ts'
import { badInput, type CodedError, hasCode } from '../../nextcloud/errors.ts'
import { type Person, searchPeople } from '../../nextcloud/people.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { Kind } from './kinds.ts'

/** Kinds of which there is a directory. */
type Listed = 'user' | 'group' | 'team' | 'room'

/** What ids look like that people do not search by. */
const IDS: Partial<Record<Listed, RegExp>> = { team: /^[A-Za-z0-9]{31}$/, room: /^[a-z0-9]{4,30}$/ }

/** More than that cannot be told apart by one search. */
const MOST = 200
const SHOWN = 10

/**
 * The id that a share of this kind needs; one request, another one for a user that no search shows.
 * @param given an id, a display name or an address
 * @param self the id of the session's user
 * @throws CodedError `BAD_INPUT` that names the candidates where it is not clear who is meant
 */
export async function recipientId(
  session: Session,
  kind: Exclude<Kind, 'link'>,
  given: string,
  self: string,
): Promise<string> {
  switch (kind) {
    case 'email':
      if (/^[^@\s]+@[^@\s]+$/.test(given)) return given
      throw badInput(`share_with: "${given}" is not a mail address`)
    case 'federated':
    case 'federated_group':
      if (/^.+@[^@\s]+$/.test(given)) return given
      throw badInput(
        `share_with: "${given}" does not name an account on another server`,
        'Write it as user@cloud.example.org.',
      )
    default: {
      const query = given.normalize('NFC')
      const people = await searchPeople(session, query, { kinds: [kind], limit: MOST })
      const found = certain(people, kind, given)
      if (found !== undefined) return found
      if (kind === 'user') return hiddenUser(session, given, self, people)
      // A search finds these by name alone; what is no id of one Nextcloud refuses.
      if (people.length === 0 && IDS[kind]?.test(given)) return given
      throw unclear(kind, given, people)
    }
  }
}

/** The one that is meant: by the very id, else by the only exact id, name or address. */
function certain(people: readonly Person[], kind: Listed, given: string): string | undefined {
  if (people.some(({ id }) => id === given)) return given
  const wanted = folded(given)
  const matches = people.filter(person =>
    [person.id, person.display_name, person.detail ?? ''].some(name => folded(name) === wanted),
  )
  if (matches.length === 0) return undefined
  const [only] = matches
  // Where the search was cut off, there may be others of that name.
  if (only === undefined || matches.length > 1 || people.length >= MOST) {
    throw unclear(kind, given, matches)
  }
  return only.id
}

/** Instances can keep people from being found: an exact id still has a principal. */
async function hiddenUser(
  session: Session,
  given: string,
  self: string,
  people: readonly Person[],
): Promise<string> {
  const id = folded(given) === folded(self) ? self : await principalId(session, given)
  if (id === self) throw badInput(`share_with: "${given}" is the signed-in user`)
  // Another spelling of an id is a guess here: there may be a display name that nobody can see.
  if (id === given) return id
  throw unclear('user', given, people)
}

/** The id of a user as Nextcloud writes it; undefined where there is none. */
async function principalId(session: Session, given: string): Promise<string | undefined> {
  try {
    const reply = await session.send({
      method: 'PROPFIND',
      path: `/remote.php/dav/principals/users/${encodeSegment(given)}/`,
      headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
      body: document('d:propfind', '<d:prop><d:principal-URL/></d:prop>'),
      expect: [207],
      subject: given,
    })
    const property = multistatus(reply)[0]?.properties.get(dav('principal-URL'))
    const href = child(property, dav('href'))?.text.trim() ?? ''
    return segmentsBelow(href, [...davRoot(session), 'principals', 'users'])?.[0]
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

function unclear(kind: Listed, given: string, people: readonly Person[]): CodedError {
  const shown = people.slice(0, SHOWN).map(({ id, display_name, detail }) => {
    const more = detail === null || detail === id ? id : `${id}, ${detail}`
    return `${display_name} (${more})`
  })
  if (shown.length === 0) {
    return badInput(
      `share_with: there is no ${kind} "${given}"`,
      'nc_users_search finds people; for somebody without an account use share_type email or link.',
    )
  }
  return badInput(
    `share_with: it is not clear which ${kind} "${given}" is; nothing was shared`,
    `Give the exact id. Candidates: ${shown.join('; ')}.`,
  )
}

function folded(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}
