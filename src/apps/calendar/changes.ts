/** Changing and deleting objects as they are stored, so that nothing of them is lost. */
import { randomUUID } from 'node:crypto'
import type { Edited } from '../../icalendar/event-edit.ts'
import { type Calendar, newObjectName } from '../../nextcloud/caldav/calendars.ts'
import {
  type CalendarObject,
  createObject,
  deleteObject,
  readObject,
  replaceObject,
  type Written,
} from '../../nextcloud/caldav/objects.ts'
import { bareEtag } from '../../nextcloud/dav/etag.ts'
import { CodedError, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'

/** An event that is to be changed. */
export interface Target {
  readonly calendar: Calendar
  readonly uid: string
  /** What the caller has read; undefined: whatever is there now. */
  readonly etag?: string | undefined
}

/** What was written: the object, and the second one that splitting a series makes. */
export interface Changed {
  readonly written: Written
  readonly text: string
  readonly added?: { readonly uid: string; readonly written: Written; readonly text: string }
}

/**
 * Reads an object, lets `edit` change its text, and writes it in place of what was read. One at a
 * time for each object.
 * @param edit gives undefined where nothing is left, so that the object is deleted
 * @throws CodedError `CONFLICT` with the current etag, `NOT_FOUND`, and what `edit` throws
 */
export function changeObject(
  session: Session,
  target: Target,
  edit: (text: string) => Edited | undefined,
): Promise<Changed | { readonly deletedStatus: number }> {
  return exclusively(session, target, async () => {
    const stored = await readTarget(session, target)
    const edited = edit(stored.data)
    if (edited === undefined) return { deletedStatus: await remove(session, target, stored) }
    requireWhole(target, stored)
    const { text, added } = edited
    if (added !== undefined) return split(session, target, stored, { text, added })
    // It is so already.
    if (text === stored.data) return { written: { ...stored, status: 200 }, text }
    const written = await replaceObject(
      session,
      target.calendar,
      { path: stored.path, etag: stored.etag, uid: target.uid },
      text,
    )
    return { written, text }
  })
}

/** Deletes an object as it was read. @returns the status, and what it was. @throws CodedError as above */
export function deleteTarget(
  session: Session,
  target: Target,
): Promise<{ readonly status: number; readonly text: string }> {
  return exclusively(session, target, async () => {
    const stored = await readTarget(session, target)
    return { status: await remove(session, target, stored), text: stored.data }
  })
}

/** Writes a new object. */
export function addObject(
  session: Session,
  calendar: Calendar,
  { uid, text }: { readonly uid: string; readonly text: string },
): Promise<Written> {
  return createObject(session, calendar, newObjectName(), uid, text)
}

/** A UID that no other object has. */
export function newUid(): string {
  return randomUUID()
}

/**
 * The new series is written first, then the old one is ended: if the second step fails there is too
 * much for a moment, never too little. What is too much is taken away again, but only where it is
 * certain that the old series still stands: an answer that was lost says nothing about it, and what
 * was sent may yet be carried out.
 */
async function split(
  session: Session,
  { calendar, uid }: Target,
  stored: CalendarObject,
  { text, added }: Required<Edited>,
): Promise<Changed> {
  // A caller who goes away must not leave half of it.
  const detached = session.detached()
  const second = await addObject(detached, calendar, added).catch((error: unknown) => {
    if (!isCodedError(error) || !error.details.outcomeUnknown) throw error
    throw withDetails(error, error.message, {
      hint: `The series is as it was. The part from then on may exist as a new event (uid ${added.uid}): look for it, and delete it before repeating.`,
    })
  })
  const done = (written: Written): Changed => ({
    written,
    text,
    added: { uid: added.uid, written: second, text: added.text },
  })
  try {
    const old = { path: stored.path, etag: stored.etag, uid }
    return done(await replaceObject(detached, calendar, old, text))
  } catch (error) {
    if (!isCodedError(error)) throw error
    const now = await readObject(detached, calendar, 'VEVENT', uid).catch(() => undefined)
    if (now !== undefined && sameText(now.data, text)) {
      return done({ path: now.path, etag: now.etag, status: 204 })
    }
    if (isStanding(error, stored, now) && (await undo(detached, calendar, second, added.uid))) {
      throw error
    }
    throw withDetails(error, 'The series could not be split to its end', {
      outcomeUnknown: true,
      hint: `The part from then on is written as a new event (uid ${added.uid}). Whether the old series was ended is unknown: read both, and end the old one or delete the new one.`,
    })
  }
}

/** Whether a failed attempt to end a series has certainly left it alone. */
function isStanding(
  { details }: CodedError,
  stored: CalendarObject,
  now: CalendarObject | undefined,
): boolean {
  const { status, outcomeUnknown } = details
  if (status === undefined || outcomeUnknown) return false
  // Nextcloud may fail after it has written.
  return status < 500 || now?.etag === stored.etag
}

async function undo(
  session: Session,
  calendar: Calendar,
  { path, etag }: Written,
  uid: string,
): Promise<boolean> {
  try {
    await deleteObject(session, calendar, { path, etag, uid })
    return true
  } catch {
    return false
  }
}

function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n') === other.replaceAll('\r\n', '\n')
}

/**
 * Nextcloud shows a confidential event of a shared calendar without its text: written back, that
 * would be lost to its owner.
 */
function requireWhole({ calendar, uid }: Target, { data }: CalendarObject): void {
  const { owner } = calendar
  if (owner === undefined || !/^CLASS(?:;[^:\r\n]*)?:\s*CONFIDENTIAL\s*$/im.test(data)) return
  throw new CodedError('FORBIDDEN', 'The event is confidential: you are shown a part of it only', {
    subject: uid,
    hint: `Only ${owner} can change it.`,
  })
}

async function readTarget(session: Session, target: Target): Promise<CalendarObject> {
  const { calendar, uid, etag } = target
  const stored = await readObject(session, calendar, 'VEVENT', uid)
  const expected = bareEtag(etag ?? '')
  if (expected !== '' && expected !== '*' && expected !== stored.etag) {
    throw new CodedError('CONFLICT', 'The event has been changed since it was read', {
      subject: uid,
      etag: stored.etag,
      hint: 'Read it again, and repeat with the current etag.',
    })
  }
  return stored
}

async function remove(
  session: Session,
  { calendar, uid }: Target,
  { path, etag }: CalendarObject,
): Promise<number> {
  return deleteObject(session, calendar, { path, etag, uid })
}

function exclusively<T>(session: Session, target: Target, task: () => Promise<T>): Promise<T> {
  return session.account.serialised(`calendar/${target.calendar.path}${target.uid}`, task)
}
