/** When other people are busy, asked through the user's scheduling outbox (RFC 6638 5). */
import { davHomes, davPath } from '../dav/homes.ts'
import { cal, child, children, dav, parseXml } from '../dav/xml.ts'
import { CodedError } from '../errors.ts'
import type { Session } from '../session.ts'

/** What the server said of one person. */
export interface FreeBusyAnswer {
  /** Address that was asked for, without `mailto:`. */
  readonly recipient: string
  /** A VCALENDAR with a VFREEBUSY; undefined where the server knows nothing of that person. */
  readonly data: string | undefined
  /** As in `2.0;Success` or `3.7;Could not find principal`. */
  readonly status: string
}

/**
 * Sends a VFREEBUSY request, which names whom it asks about.
 * @throws CodedError `UNSUPPORTED` where the server schedules nothing, else as any request
 */
export async function requestFreeBusy(
  session: Session,
  request: string,
): Promise<FreeBusyAnswer[]> {
  const { outbox } = await davHomes(session)
  if (outbox === undefined) {
    throw new CodedError('UNSUPPORTED', 'This Nextcloud tells nothing about when others are busy')
  }
  const reply = await session.send({
    method: 'POST',
    path: `${davPath(outbox)}/`,
    headers: { 'content-type': 'text/calendar; charset=utf-8' },
    body: request,
    expect: [200],
    subject: 'the free/busy times',
  })
  return children(parseXml(reply.text()), cal('response')).map(response => {
    const recipient = child(child(response, cal('recipient')), dav('href'))?.text.trim() ?? ''
    return {
      recipient: recipient.replace(/^mailto:/i, ''),
      status: child(response, cal('request-status'))?.text.trim() ?? '',
      data: child(response, cal('calendar-data'))?.text.trim() || undefined,
    }
  })
}
