/**
 * Chunked upload, version 2: for files that are too large for one request.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/chunking.html
 */
import { randomUUID } from 'node:crypto'
import { encodePath } from '../../nextcloud/dav/paths.ts'
import { CodedError, withDetails } from '../../nextcloud/errors.ts'
import { type Place, parentOf } from '../../nextcloud/files/home.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import { conflict, missingFolder } from './conflicts.ts'
import { statIfExists } from './listing.ts'
import type { Precondition, Upload } from './upload-request.ts'

/** Parts must have 5 MiB to 5 GiB, the last one excepted. */
const CHUNK_BYTES = 8 * 1024 * 1024

/**
 * Uploads in parts and lets Nextcloud put them together; the target changes at that moment only.
 * What was uploaded is removed again when the upload fails.
 * @throws CodedError `CONFLICT`, `NOT_FOUND`, as for a small file
 */
export async function uploadInChunks(file: Place, upload: Upload): Promise<Reply> {
  // Sending it all only to be refused would cost minutes.
  await checkBefore(file, upload.precondition)
  const { session, userId } = file.home
  const folder = `/remote.php/dav${encodePath(['uploads', userId, `mcp-${randomUUID()}`])}`
  const { length } = upload.bytes
  // Paths in headers are those of the whole instance.
  const destination = session.basePath + file.url
  const headers = { destination, 'oc-total-length': String(length) }
  const subject = file.path
  let isAssembling = false
  try {
    await session.send({ method: 'MKCOL', path: folder, headers, expect: [201], subject })
    for (let start = 0; start < length; start += CHUNK_BYTES) {
      const end = Math.min(start + CHUNK_BYTES, length)
      await session.send({
        method: 'PUT',
        path: `${folder}/${String(start / CHUNK_BYTES + 1).padStart(5, '0')}`,
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: upload.bytes.subarray(start, end),
        expect: [201, 204],
        subject,
      })
      upload.onProgress(end, length)
    }
    isAssembling = true
    return await session.send({
      method: 'MOVE',
      path: `${folder}/.file`,
      headers: { ...headers, ...preconditionHeaders(destination, upload.precondition) },
      expect: [201, 204],
      subject,
    })
  } catch (error) {
    const failure = await explained(error, file, upload.precondition, isAssembling)
    // While its outcome is unknown Nextcloud may still be at it; it cleans up after a day itself.
    if (!(failure instanceof CodedError && isAssembling && failure.details.outcomeUnknown)) {
      await session
        .detached()
        .send({ method: 'DELETE', path: folder, expect: [204, 404] })
        .catch(() => {})
    }
    throw failure
  }
}

async function checkBefore(file: Place, precondition: Precondition): Promise<void> {
  const [entry, folder] = await Promise.all([statIfExists(file), statIfExists(parentOf(file))])
  if (!folder?.is_directory) {
    throw missingFolder(new CodedError('NOT_FOUND', 'Not found', { status: 404 }), parentOf(file))
  }
  const isMet =
    precondition.kind === 'absent'
      ? entry === undefined
      : entry !== undefined &&
        !entry.is_directory &&
        (precondition.kind === 'present' || `"${entry.etag}"` === precondition.etag)
  if (isMet) return
  const refusal = new CodedError('CONFLICT', 'In conflict with what exists', { status: 412 })
  throw await conflict(refusal, file, precondition)
}

/**
 * If-Match and If-None-Match would speak of the upload that is moved. Overwrite and a tagged list
 * (RFC 4918, sections 10.6 and 10.4) speak of its target.
 */
function preconditionHeaders(
  destination: string,
  precondition: Precondition,
): Record<string, string> {
  switch (precondition.kind) {
    case 'absent':
      return { overwrite: 'F' }
    case 'present':
      return { overwrite: 'T' }
    case 'unchanged':
      return { overwrite: 'T', if: `<${destination}> ([${precondition.etag}])` }
  }
}

/** Before the assembly nothing has happened to the file, whatever became of its parts. */
async function explained(
  error: unknown,
  file: Place,
  precondition: Precondition,
  isAssembling: boolean,
): Promise<unknown> {
  if (!(error instanceof CodedError)) return error
  const { status } = error.details
  if (!isAssembling) {
    return withDetails(error, error.message, {
      outcomeUnknown: false,
      ...(error.details.outcomeUnknown ? { hint: 'The file is as it was. Try again.' } : {}),
    })
  }
  if (status === 409) return missingFolder(error, parentOf(file))
  // A target of a tagged list that has gone is answered with 404.
  if (status === 412 || (status === 404 && precondition.kind === 'unchanged')) {
    const refusal = new CodedError('CONFLICT', error.message, { ...error.details, status: 412 })
    return conflict(refusal, file, precondition)
  }
  return error
}
