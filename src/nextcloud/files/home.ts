/** The user's files: the one way from a path to a request, and from an answer back to a path. */
import { encodePath, segmentsBelow, segmentsOf } from '../dav/paths.ts'
import { davRoot, davUserId } from '../dav/principal.ts'
import { CodedError } from '../errors.ts'
import type { Session } from '../session.ts'
import type { Exclusion } from './exclusion.ts'

/** The files of one user, without what is kept from them. */
export interface Home {
  readonly session: Session
  readonly userId: string
  /**
   * The place a path names. It need not exist.
   * @throws CodedError `BAD_INPUT` for a path that cannot be, `NOT_FOUND` for an excluded one
   */
  place(path: string): Place
  /** The path an href stands for; undefined for an excluded one and for what is elsewhere. */
  pathOf(href: string): string | undefined
  /** Changes with what is kept from the user. */
  readonly exclusion: string
}

/** A path that a tool may touch: whoever holds one has passed the exclusion. */
export interface Place {
  readonly home: Home
  readonly segments: readonly string[]
  /** Without slashes at the ends; `''` is the root. */
  readonly path: string
  /** Percent-encoded, below the instance's address. */
  readonly url: string
  /** Whether something below is excluded, so that the folder must not be touched as a whole. */
  readonly hidesSomething: boolean
}

/** Opens the files of the session's user; one request an hour, none more without exclusion. */
export async function openHome(session: Session, exclusion: Exclusion): Promise<Home> {
  const [userId, hidden] = await Promise.all([davUserId(session), exclusion.hiddenFrom(session)])
  const root = [...davRoot(session), 'files', userId]
  const home: Home = {
    session,
    userId,
    exclusion: hidden.fingerprint,
    place(path) {
      const segments = segmentsOf(path)
      if (hidden.covers(segments)) throw notFound(segments.join('/'))
      return {
        home,
        segments,
        path: segments.join('/'),
        url: `/remote.php/dav${encodePath(['files', userId, ...segments])}`,
        hidesSomething: hidden.isBelow(segments),
      }
    },
    pathOf(href) {
      const segments = segmentsBelow(href, root)
      return segments === undefined || hidden.covers(segments) ? undefined : segments.join('/')
    },
  }
  return home
}

/** The folder that a place is in; the root for the root. */
export function parentOf(place: Place): Place {
  return place.home.place(place.segments.slice(0, -1).join('/'))
}

/** The place as a person names it. */
export function named(place: Place): string {
  return place.path === '' ? 'the root folder' : place.path
}

/** Said of an excluded file exactly as of one that is not there. */
export function notFound(path: string): CodedError {
  return new CodedError('NOT_FOUND', 'Not found', {
    status: 404,
    subject: path,
    hint: 'Check the id or the path; list or search to find it.',
  })
}

/**
 * An excluded file must not be deleted, shared, or copied to a place without the tag, with its
 * folder.
 */
export function refusePartlyHidden(place: Place): void {
  if (!place.hidesSomething) return
  throw new CodedError(
    'FORBIDDEN',
    'The folder contains files that are excluded from this server',
    {
      subject: named(place),
      hint: 'Choose single files or folders in it, or let the user do it in Nextcloud.',
    },
  )
}
