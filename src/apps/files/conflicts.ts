/** Refusals of a change, with what a caller needs to do it right. */
import { bareEtag } from '../../nextcloud/dav/etag.ts'
import { CodedError, type ErrorDetails, withDetails } from '../../nextcloud/errors.ts'
import { named, type Place } from '../../nextcloud/files/home.ts'
import { statIfExists } from './listing.ts'
import type { Precondition } from './upload-request.ts'

/** The folder something should go into is not there, or is a file. */
export function missingFolder(error: CodedError, folder: Place): CodedError {
  return new CodedError('NOT_FOUND', `There is no folder "${folder.path}"`, {
    ...error.details,
    subject: folder.path,
    hint: 'Make it with nc_webdav_create_directory (parents: true makes those above it as well).',
    cause: error,
  })
}

/**
 * A precondition failed: says what is there instead. One request, where the refusal did not
 * already carry the current etag.
 */
export async function conflict(
  error: CodedError,
  place: Place,
  precondition: Precondition,
): Promise<CodedError> {
  if (error.details.etag !== undefined) {
    return changed(error, place, bareEtag(error.details.etag))
  }
  let entry: Awaited<ReturnType<typeof statIfExists>>
  try {
    entry = await statIfExists(place)
  } catch {
    // The refusal is certain, only its details are not.
    return error
  }
  if (entry === undefined) {
    return said(error, place, 'It does not exist (any more)', {
      hint: precondition.kind === 'absent' ? 'Try again.' : 'To create it, leave the etag out.',
    })
  }
  if (entry.is_directory) {
    return said(error, place, 'A folder is in the way', { hint: 'Use another path.' })
  }
  if (precondition.kind === 'absent') {
    return said(error, place, 'The file exists already', {
      ...etagOf(entry.etag),
      hint: 'To replace it, read it first and give its etag as if_match.',
    })
  }
  return changed(error, place, entry.etag)
}

function changed(error: CodedError, place: Place, etag: string | null): CodedError {
  return said(error, place, 'The file has been changed since it was read', {
    ...etagOf(etag),
    hint: 'Read it again, merge, and repeat with the current etag.',
  })
}

function said(error: CodedError, place: Place, message: string, details: ErrorDetails): CodedError {
  return withDetails(error, message, { subject: named(place), ...details })
}

function etagOf(etag: string | null): ErrorDetails {
  return etag === null ? {} : { etag }
}
