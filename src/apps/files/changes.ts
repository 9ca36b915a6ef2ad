/** Making, deleting, moving and copying (RFC 4918, sections 9.3 and 9.6 to 9.9). */
import { bareEtag, quotedEtag, replyEtag } from '../../nextcloud/dav/etag.ts'
import { badInput, CodedError, withDetails } from '../../nextcloud/errors.ts'
import { named, type Place, parentOf, refusePartlyHidden } from '../../nextcloud/files/home.ts'
import { conflict, missingFolder } from './conflicts.ts'
import { stat, statIfExists } from './listing.ts'

/**
 * Makes a folder; `parents` makes those above it as well. One request, one more for each folder
 * that was missing and for a folder that existed.
 * @returns false when it existed
 * @throws CodedError `NOT_FOUND` when the folder it belongs in is missing, `CONFLICT` when a file
 *   has its name
 */
export async function createFolder(folder: Place, parents: boolean): Promise<boolean> {
  const send = () =>
    folder.home.session.send({
      method: 'MKCOL',
      path: folder.url,
      expect: [201, 405],
      subject: named(folder),
    })
  const { status } = await send().catch(async (error: unknown) => {
    if (!(error instanceof CodedError) || error.details.status !== 409) throw error
    if (!parents) throw missingFolder(error, parentOf(folder))
    await createFolder(parentOf(folder), true)
    return send()
  })
  if (status === 201) return true
  const { is_directory } = await stat(folder)
  if (!is_directory) {
    throw new CodedError('CONFLICT', 'A file has this name', {
      status: 405,
      subject: folder.path,
      hint: 'Use another name.',
    })
  }
  return false
}

/**
 * Deletes a file, or a folder with all it contains. One request.
 * @throws CodedError `NOT_FOUND`; `CONFLICT` with the current etag
 */
export async function remove(place: Place, ifMatch: string | undefined): Promise<void> {
  if (place.path === '') throw badInput('The root folder cannot be deleted')
  refusePartlyHidden(place)
  const condition = ifMatch === undefined || bareEtag(ifMatch) === '*' ? undefined : ifMatch
  try {
    await place.home.session.send({
      method: 'DELETE',
      path: place.url,
      ...(condition === undefined ? {} : { headers: { 'if-match': quotedEtag(condition) } }),
      expect: [204],
      subject: place.path,
    })
  } catch (error) {
    if (!(error instanceof CodedError) || error.details.status !== 412) throw error
    throw await refusedDeletion(error, place, condition ?? '*')
  }
}

async function refusedDeletion(error: CodedError, place: Place, etag: string): Promise<CodedError> {
  const entry = await statIfExists(place)
  if (entry?.is_directory) {
    return badInput(
      `"${place.path}" is a folder, and Nextcloud compares etags of files only`,
      'Delete the folder without if_match.',
    )
  }
  return conflict(error, place, { kind: 'unchanged', etag: quotedEtag(etag) })
}

/** How to treat what is at the destination. */
export interface TransferOptions {
  overwrite: boolean
  /** Replace only if the destination still has this etag. */
  ifDestinationMatch: string | undefined
}

/** What a move or copy did. */
export interface Transferred {
  status: number
  /** Whether something was replaced. */
  replaced: boolean
  etag: string | undefined
}

/**
 * Moves or copies a file, or a folder with all it contains. One request.
 * @throws CodedError `NOT_FOUND` for the source or the destination's folder; `CONFLICT` with the
 *   destination's etag; `BAD_INPUT` for a destination inside the source or the other way round
 */
export async function transfer(
  method: 'MOVE' | 'COPY',
  source: Place,
  destination: Place,
  options: TransferOptions,
): Promise<Transferred> {
  refuseOverlap(source, destination)
  refusePartlyHidden(source)
  refusePartlyHidden(destination)
  const { overwrite, ifDestinationMatch } = options
  if (ifDestinationMatch !== undefined && !overwrite) {
    throw badInput('if_destination_match is for replacing: it needs overwrite=true')
  }
  const { session } = source.home
  const target = session.basePath + destination.url
  const condition =
    ifDestinationMatch === undefined
      ? undefined
      : `<${target}> ([${quotedEtag(ifDestinationMatch)}])`
  try {
    const { status, headers } = await session.send({
      method,
      path: source.url,
      headers: {
        destination: target,
        overwrite: overwrite ? 'T' : 'F',
        ...(condition === undefined ? {} : { if: condition }),
      },
      expect: [201, 204],
      subject: source.path,
    })
    return { status, replaced: status === 204, etag: replyEtag(headers) }
  } catch (error) {
    throw error instanceof CodedError
      ? await explained(error, source, destination, ifDestinationMatch)
      : error
  }
}

async function explained(
  error: CodedError,
  source: Place,
  destination: Place,
  etag: string | undefined,
): Promise<CodedError> {
  switch (error.details.status) {
    case 409:
    case 415:
      return missingFolder(error, parentOf(destination))
    case 412:
      return etag === undefined
        ? occupied(error, destination)
        : conflict(error, destination, { kind: 'unchanged', etag: quotedEtag(etag) })
    case 404: {
      // With a condition on the destination, either of the two may be what is missing.
      if (etag === undefined || (await statIfExists(source)) === undefined) return error
      const refusal = new CodedError('CONFLICT', error.message, { ...error.details, status: 412 })
      return conflict(refusal, destination, { kind: 'unchanged', etag: quotedEtag(etag) })
    }
    default:
      return error
  }
}

async function occupied(error: CodedError, destination: Place): Promise<CodedError> {
  const entry = await statIfExists(destination).catch(() => undefined)
  const isFolder = entry?.is_directory === true
  return withDetails(error, `The destination exists already${isFolder ? ' and is a folder' : ''}`, {
    subject: destination.path,
    ...(entry?.etag == null || isFolder ? {} : { etag: entry.etag }),
    hint: isFolder
      ? 'To put it into that folder, add the new name to destination_path.'
      : 'Choose another name, or replace it with overwrite=true.',
  })
}

/** Nextcloud deletes what is at the destination first, and with it a source that lies inside. */
function refuseOverlap(source: Place, destination: Place): void {
  if (source.path === '') throw badInput('The root folder cannot be moved or copied')
  if (destination.path === '') {
    throw badInput(
      'The root folder cannot be replaced',
      'Give the whole new path: to move a file to the top, its name.',
    )
  }
  // Nextcloud takes both normal forms for one name.
  const from = source.path.normalize('NFC')
  const to = destination.path.normalize('NFC')
  if (from === to) throw badInput('Source and destination are the same')
  if (to.startsWith(`${from}/`)) throw badInput('A folder cannot go into itself')
  if (from.startsWith(`${to}/`)) {
    throw badInput('The destination is a folder that contains the source')
  }
}
