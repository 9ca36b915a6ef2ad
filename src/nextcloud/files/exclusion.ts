/**
 * Files and folders that an operator keeps from every tool by a system tag. What carries such a
 * tag, and everything below a folder that does, is treated as if it were not there.
 *
 * Fails closed: when the tags cannot be read, nothing is shown and nothing is changed.
 */
import { createHash } from 'node:crypto'
import { multistatus } from '../dav/multistatus.ts'
import { encodePath, segmentsBelow } from '../dav/paths.ts'
import { davRoot, davUserId } from '../dav/principal.ts'
import { document } from '../dav/xml.ts'
import { CodedError, type ErrorCode } from '../errors.ts'
import type { Session } from '../session.ts'
import { foldedName, listTags } from './system-tags.ts'

/** What is kept from one user; segments as in {@link encodePath}. */
export interface Hidden {
  /** Whether the path, or a folder it is in, is kept from the user. */
  covers(segments: readonly string[]): boolean
  /** Whether something below the folder is. */
  isBelow(segments: readonly string[]): boolean
  /** Changes with what is kept; `''` for nothing. */
  readonly fingerprint: string
}

/** Finds out what is kept from the user of a session. */
export interface Exclusion {
  hiddenFrom(session: Session): Promise<Hidden>
}

/** How long a tag that was just set or removed may go unnoticed. */
const TTL_MS = 30_000

const NOTHING: Hidden = { covers: () => false, isBelow: () => false, fingerprint: '' }

/**
 * The exclusion of files by the names of system tags; case does not count. No names: no request.
 * Otherwise two requests in 30 s for each user, and one more for each further tag.
 */
export function createExclusion(tagNames: readonly string[]): Exclusion {
  const wanted = new Set(tagNames.map(foldedName).filter(name => name !== ''))
  if (wanted.size === 0) return { hiddenFrom: async () => NOTHING }
  const key = `files/hidden/${JSON.stringify([...wanted])}`
  return {
    async hiddenFrom(session) {
      try {
        return await session.account.cached(key, TTL_MS, () => load(session.detached(), wanted))
      } catch (error) {
        throw unreadable(error)
      }
    },
  }
}

/** What is hidden when these paths are; exported for tests. */
export function hiddenPaths(paths: readonly (readonly string[])[]): Hidden {
  const excluded = new Set<string>()
  const above = new Set<string>()
  for (const segments of paths) {
    excluded.add(comparable(segments))
    for (let depth = 0; depth < segments.length; depth++) {
      above.add(comparable(segments.slice(0, depth)))
    }
  }
  return {
    covers: segments => {
      for (let depth = 0; depth <= segments.length; depth++) {
        if (excluded.has(comparable(segments.slice(0, depth)))) return true
      }
      return false
    },
    isBelow: segments => above.has(comparable(segments)),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([...excluded].toSorted()))
      .digest('base64url'),
  }
}

async function load(session: Session, wanted: ReadonlySet<string>): Promise<Hidden> {
  const ids = await tagIds(session, wanted)
  if (ids.length === 0) return NOTHING
  const userId = await davUserId(session)
  return hiddenPaths((await Promise.all(ids.map(id => pathsWithTag(session, userId, id)))).flat())
}

/** Several tags may have one name: they differ in who may see and set them. */
async function tagIds(session: Session, wanted: ReadonlySet<string>): Promise<number[]> {
  return (await listTags(session))
    .filter(({ name }) => wanted.has(foldedName(name)))
    .map(({ id }) => id)
}

async function pathsWithTag(session: Session, userId: string, tagId: number): Promise<string[][]> {
  const root = ['files', userId]
  const reply = await session.send({
    method: 'REPORT',
    path: `/remote.php/dav${encodePath(root)}`,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: document(
      'oc:filter-files',
      `<d:prop><oc:fileid/></d:prop><oc:filter-rules><oc:systemtag>${tagId}</oc:systemtag></oc:filter-rules>`,
    ),
    expect: [207],
    maxBytes: 128 * 1024 * 1024,
    subject: 'the tagged files',
  })
  return multistatus(reply).map(({ href }) => {
    const segments = segmentsBelow(href, [...davRoot(session), ...root])
    // A path that cannot be told apart must not be left out silently.
    if (segments === undefined) throw reply.unusable('a tagged file outside the files')
    return segments
  })
}

/** Only failures that say something to the caller keep their code; "not found" would mislead. */
const TELLING: readonly ErrorCode[] = ['UNAUTHORIZED', 'RATE_LIMITED', 'UNREACHABLE']

function unreadable(error: unknown): unknown {
  if (!(error instanceof CodedError)) return error
  const code = TELLING.includes(error.code) ? error.code : 'UPSTREAM_ERROR'
  return new CodedError(code, 'The tags that exclude files cannot be read, so none is touched', {
    ...error.details,
    cause: error,
  })
}

/**
 * Nextcloud takes NFD and NFC for the same name, and some external storages upper for lower case.
 * Whoever may not see one spelling must not reach the file by another.
 */
function comparable(segments: readonly string[]): string {
  return segments.join('/').normalize('NFC').toLowerCase()
}
