/** Shares as part of the user's files: what is excluded from the files is not shared either. */
import { hasCode } from '../../nextcloud/errors.ts'
import { type Home, notFound, type Place, refusePartlyHidden } from '../../nextcloud/files/home.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type ApiShare, shares, subjectOf } from './api.ts'

/** The files of one user, as far as they can be shared. */
export interface Files {
  readonly userId: string
  /**
   * A path as the sharing API takes it, with a leading slash.
   * @throws CodedError `BAD_INPUT`, `NOT_FOUND`
   */
  place(path: string): string
  /** The same for something that is to be shared as a whole. */
  whole(path: string): string
  /** Whether a share is of something that is not excluded. */
  shows(share: ApiShare): boolean
  /**
   * One share; one request.
   * @throws CodedError `NOT_FOUND`, also for a share of something excluded
   */
  share(id: number): Promise<ApiShare>
}

/** Opens the caller's files for sharing. */
export type OpenFiles = (session: Session) => Promise<Files>

/** The files for sharing, on those that `open` gives. */
export function openFiles(open: (session: Session) => Promise<Home>): OpenFiles {
  return async session => {
    const home = await open(session)
    const slashed = ({ path }: Place) => `/${path}`
    const files: Files = {
      userId: home.userId,
      place: path => slashed(home.place(path)),
      whole(path) {
        const place = home.place(path)
        refusePartlyHidden(place)
        return slashed(place)
      },
      shows: ({ path }) => isShown(home, path),
      async share(id) {
        const share = await shares(session).get(id)
        if (!files.shows(share)) throw notFound(subjectOf(id))
        return share
      },
    }
    return files
  }
}

function isShown(home: Home, path: string): boolean {
  try {
    home.place(path)
    return true
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return false
    throw error
  }
}
