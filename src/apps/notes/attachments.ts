/** Files that belong to a note. */
import { badInput, CodedError, hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { notes } from './api.ts'

/** Larger files do not fit an answer to a model. */
const MAX_BYTES = 5 * 1024 * 1024

/** A file of a note, read whole. */
export interface Attachment {
  uri: string
  filename: string
  mimeType: string
  bytes: Buffer
}

/**
 * Reads an attachment by the path the note's Markdown has, or by its bare name: the Text editor
 * keeps attachments in `.attachments.ID` beside the note, older clients right beside it.
 * One request, or two for a bare name that is beside the note.
 * @throws CodedError `TOO_LARGE` above 5 MiB
 */
export async function readAttachment(
  session: Session,
  noteId: number,
  filename: string,
): Promise<Attachment> {
  const path = decodedLink(filename)
  if (path.split('/').includes('..')) throw badInput('attachment_filename must not contain ".."')
  const candidates = path.includes('/') ? [path] : [`.attachments.${noteId}/${path}`, path]
  for (const candidate of candidates) {
    try {
      const reply = await notes(session).attachment(noteId, candidate, MAX_BYTES)
      return {
        uri: `nc://Notes/${noteId}/attachments/${encodeURIComponent(path)}`,
        filename: candidate.slice(candidate.lastIndexOf('/') + 1),
        mimeType: reply.mediaType || 'application/octet-stream',
        bytes: reply.body,
      }
    } catch (error) {
      if (hasCode(error, 'NOT_FOUND') && candidate !== candidates.at(-1)) continue
      if (!hasCode(error, 'TOO_LARGE')) throw error
      throw new CodedError('TOO_LARGE', 'The attachment is larger than 5 MiB', {
        ...error.details,
        hint: "Open it in Nextcloud, or read a part of it with nc_webdav_read_file: it lies beside the note's file.",
      })
    }
  }
  throw new CodedError('NOT_FOUND', 'Not found')
}

/** Markdown links are percent-encoded; names that only look like it stay as they are. */
function decodedLink(link: string): string {
  try {
    return decodeURIComponent(link)
  } catch {
    return link
  }
}
