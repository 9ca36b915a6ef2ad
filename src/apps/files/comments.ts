/**
 * Comments on files.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/comments.html
 */
import { type DavResource, multistatus, propertyText } from '../../nextcloud/dav/multistatus.ts'
import { document, oc } from '../../nextcloud/dav/xml.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Place } from '../../nextcloud/files/home.ts'
import { phpTrim } from '../../nextcloud/php-text.ts'
import { unusable } from '../../nextcloud/reply.ts'
import { stat } from './listing.ts'

/** A comment as Nextcloud has it. */
export interface Comment {
  id: number
  message: string
  actorId: string
  actorType: string
  actorDisplayName: string | null
  /** As in HTTP headers. */
  created: string | null
  verb: string
  isUnread: boolean
}

/** Longest message, in code points after PHP's trim. */
const LONGEST_MESSAGE = 1_000

/**
 * Comments on a file or folder, newest first, and whether there are more. Two requests.
 * @throws CodedError `NOT_FOUND`
 */
export async function listComments(
  place: Place,
  { limit, offset }: { limit: number; offset: number },
): Promise<{ fileId: number; comments: Comment[]; hasMore: boolean }> {
  const fileId = await fileIdOf(place)
  const reply = await place.home.session.send({
    method: 'REPORT',
    path: commentsPath(fileId),
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: document(
      'oc:filter-comments',
      `<oc:limit>${limit + 1}</oc:limit><oc:offset>${offset}</oc:offset>`,
    ),
    expect: [207],
    subject: `the comments on ${place.path}`,
  })
  const comments = multistatus(reply).flatMap(resource => commentOf(resource) ?? [])
  return { fileId, comments: comments.slice(0, limit), hasMore: comments.length > limit }
}

/**
 * Adds a comment as the user. Two requests.
 * @returns the id of the comment, null where Nextcloud did not tell it, and the message as stored
 * @throws CodedError `BAD_INPUT` for a message that is empty, has control characters or more than 1000
 *   characters
 */
export async function createComment(
  place: Place,
  message: string,
): Promise<{ fileId: number; commentId: number | null; stored: string }> {
  // Nextcloud counts what is left, and would store even nothing.
  const trimmed = phpTrim(message)
  const length = [...trimmed].length
  if (trimmed.trim() === '') throw badInput('The message is empty')
  // Nextcloud would store them, and its list of comments could not be read any more.
  if (/[^\P{Cc}\t\n\r]/u.test(trimmed)) throw badInput('The message has control characters')
  if (length > LONGEST_MESSAGE) {
    throw badInput(`The message has ${length} characters; Nextcloud takes ${LONGEST_MESSAGE}`)
  }
  const fileId = await fileIdOf(place)
  const { headers } = await place.home.session.send({
    method: 'POST',
    path: commentsPath(fileId),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ actorType: 'users', verb: 'comment', message: trimmed }),
    expect: [201],
    subject: `a comment on ${place.path}`,
  })
  const id = /\/(\d+)\/?$/.exec(headers['content-location'] ?? '')?.[1]
  return { fileId, commentId: id === undefined ? null : Number(id), stored: trimmed }
}

async function fileIdOf(place: Place): Promise<number> {
  const { file_id } = await stat(place)
  if (file_id === null) throw unusable('no id for the file')
  return file_id
}

function commentsPath(fileId: number): string {
  return `/remote.php/dav/comments/files/${fileId}`
}

function commentOf(resource: DavResource): Comment | undefined {
  const id = Number(propertyText(resource, oc('id')) ?? Number.NaN)
  if (!Number.isSafeInteger(id)) return undefined
  return {
    id,
    message: resource.properties.get(oc('message'))?.text ?? '',
    actorId: propertyText(resource, oc('actorId')) ?? '',
    actorType: propertyText(resource, oc('actorType')) ?? '',
    actorDisplayName: propertyText(resource, oc('actorDisplayName')) ?? null,
    created: propertyText(resource, oc('creationDateTime')) ?? null,
    verb: propertyText(resource, oc('verb')) ?? '',
    isUnread: propertyText(resource, oc('isUnread')) === 'true',
  }
}
