/**
 * Where a user's calendars and address books are, and under which addresses others invite them:
 * asked of the principal (RFC 4791 6.2.1, RFC 6352 7.1.1, RFC 6638 2.4.1), never guessed.
 */
import { unusable } from '../reply.ts'
import type { Session } from '../session.ts'
import { multistatus } from './multistatus.ts'
import { encodePath, segmentsBelow } from './paths.ts'
import { davPrincipal, davRoot } from './principal.ts'
import { cal, card, child, children, dav, document, type Element } from './xml.ts'

/** A user's places; decoded path segments below the DAV root. */
export interface DavHomes {
  readonly calendars: readonly string[]
  readonly addressBooks: readonly string[]
  /** Where free/busy is asked for; undefined where the server schedules nothing. */
  readonly outbox: readonly string[] | undefined
  /** Addresses (without `mailto:`) by which the user is invited; the first is the main one. */
  readonly addresses: readonly string[]
  readonly displayName: string | undefined
}

const PROPERTIES =
  '<d:prop><d:displayname/><cal:calendar-home-set/><cal:calendar-user-address-set/>' +
  '<cal:schedule-outbox-URL/><card:addressbook-home-set/></d:prop>'

/** The homes of the session's user; two requests an hour. @throws CodedError as any request */
export function davHomes(session: Session): Promise<DavHomes> {
  return session.account.cached('dav-homes', 3_600_000, async () => {
    const detached = session.detached()
    const principal = await davPrincipal(detached)
    const reply = await detached.send({
      method: 'PROPFIND',
      path: `${davPath(principal)}/`,
      headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
      body: document('d:propfind', PROPERTIES),
      expect: [207],
      subject: 'the user',
    })
    const properties = multistatus(reply)[0]?.properties
    const place = (name: string) => {
      const href = child(properties?.get(name), dav('href'))?.text.trim()
      return href === undefined ? undefined : segmentsBelow(href, davRoot(session))
    }
    const calendars = place(cal('calendar-home-set'))
    const addressBooks = place(card('addressbook-home-set'))
    if (calendars === undefined || addressBooks === undefined) {
      throw unusable('no calendar home for this user')
    }
    return {
      calendars,
      addressBooks,
      outbox: place(cal('schedule-outbox-URL')),
      addresses: mailAddresses(properties?.get(cal('calendar-user-address-set'))),
      displayName: properties?.get(dav('displayname'))?.text.trim() || undefined,
    }
  })
}

/** Segments below the DAV root as the path of a request. */
export function davPath(segments: readonly string[]): string {
  return `/remote.php/dav${encodePath(segments)}`
}

/** An href as a percent-encoded path below the instance's address; undefined for one elsewhere. */
export function pathBelow(session: Session, href: string): string | undefined {
  const segments = segmentsBelow(href, session.basePath.split('/').filter(Boolean))
  return segments === undefined ? undefined : encodePath(segments)
}

function mailAddresses(element: Element | undefined): string[] {
  return children(element, dav('href')).flatMap(({ text }) => {
    const address = /^mailto:(.+)$/i.exec(text.trim())?.[1]
    return address === undefined ? [] : [address]
  })
}
