/** Writing files: whole, with a precondition, and never half. */
import { replyEtag } from '../../nextcloud/dav/etag.ts'
import { CodedError } from '../../nextcloud/errors.ts'
import { type Place, parentOf } from '../../nextcloud/files/home.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import { uploadInChunks } from './chunked-upload.ts'
import { conflict, missingFolder } from './conflicts.ts'
import type { Precondition, Upload } from './upload-request.ts'

/** What goes in one request; proxies and PHP settings often refuse more. */
const ONE_REQUEST_BYTES = 10_000_000

/** A file that has been written. */
export interface Written {
  status: number
  created: boolean
  etag: string
}

/**
 * Writes a file. One request; above 10 MB four, and one for each 8 MiB.
 * @throws CodedError `CONFLICT` with the current etag when the precondition fails or a folder is
 *   in the way, `NOT_FOUND` when the folder it belongs in is missing
 */
export function writeFile(file: Place, upload: Upload): Promise<Written> {
  // Nextcloud refuses parallel writes to one file with 423 for as long as one of them runs.
  return file.home.session.account.serialised(`files/write/${file.path}`, async () => {
    const reply =
      upload.bytes.length > ONE_REQUEST_BYTES
        ? await uploadInChunks(file, upload)
        : await put(file, upload)
    // The ETag is Nextcloud's receipt: a page with the right status does not have one.
    const etag = replyEtag(reply.headers)
    if (etag === undefined) throw reply.unusable('no receipt for the file')
    return { status: reply.status, created: reply.status === 201, etag }
  })
}

async function put(file: Place, { bytes, contentType, precondition }: Upload): Promise<Reply> {
  try {
    return await file.home.session.send({
      method: 'PUT',
      path: file.url,
      headers: { 'content-type': contentType, ...preconditionHeader(precondition) },
      body: bytes,
      expect: [201, 204],
      subject: file.path,
    })
  } catch (error) {
    throw error instanceof CodedError ? await explained(error, file, precondition) : error
  }
}

function preconditionHeader(precondition: Precondition): Record<string, string> {
  switch (precondition.kind) {
    case 'absent':
      return { 'if-none-match': '*' }
    case 'present':
      return { 'if-match': '*' }
    case 'unchanged':
      return { 'if-match': precondition.etag }
  }
}

async function explained(
  error: CodedError,
  file: Place,
  precondition: Precondition,
): Promise<CodedError> {
  switch (error.details.status) {
    case 404:
      return missingFolder(error, parentOf(file))
    case 409:
    case 412:
      return conflict(error, file, precondition)
    default:
      return error
  }
}
