/**
 * What the user deleted.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/trashbin.html
 */
import { type DavResource, multistatus, propertyText } from '../../nextcloud/dav/multistatus.ts'
import { encodePath, segmentsBelow } from '../../nextcloud/dav/paths.ts'
import { davRoot } from '../../nextcloud/dav/principal.ts'
import { child, dav, document, nc, oc } from '../../nextcloud/dav/xml.ts'
import { badInput, isCodedError } from '../../nextcloud/errors.ts'
import type { Home } from '../../nextcloud/files/home.ts'
import { unusable } from '../../nextcloud/reply.ts'
import { statIfExists } from './listing.ts'
import { findById } from './search.ts'

/** A deleted file or folder. */
export interface TrashEntry {
  /** Its name in the trash: `report.txt.d1700000000`. */
  trashId: string
  fileId: number | null
  name: string
  /** Where it was, without a leading slash. */
  originalPath: string
  /** Seconds since 1970. */
  deleted: number | null
  isDirectory: boolean
  /** Bytes. */
  size: number | null
}

const PROPERTIES =
  '<nc:trashbin-filename/><nc:trashbin-original-location/><nc:trashbin-deletion-time/><d:getcontentlength/><d:resourcetype/><oc:fileid/><oc:size/>'

/** Everything in the trash, what was deleted last first. One request. */
export async function listTrash(home: Home): Promise<TrashEntry[]> {
  const found = await propfind(home, [], '1')
  return found.toSorted((one, other) => (other.deleted ?? 0) - (one.deleted ?? 0))
}

/**
 * Puts something back where it was. Three requests, four where it is elsewhere now.
 * @returns what it was, and the path that it has: where its place is taken Nextcloud gives it
 *   another name, where its folder is gone it lies in the root; null where that cannot be found out
 * @throws CodedError `NOT_FOUND`
 */
export async function restore(
  home: Home,
  trashId: string,
): Promise<{ entry: TrashEntry; path: string | null }> {
  const entry = await trashEntry(home, trashId)
  const { session, userId } = home
  await session.send({
    method: 'MOVE',
    path: trashUrl(home, [trashId]),
    headers: {
      destination: `${session.basePath}/remote.php/dav${encodePath(['trashbin', userId, 'restore', trashId])}`,
    },
    expect: [201, 204],
    subject: entry.name,
  })
  // It is restored: a failure to find it must not make that look otherwise.
  const path = await pathOf(home, entry).catch((error: unknown) => {
    if (isCodedError(error)) return null
    throw error
  })
  return { entry, path }
}

/** Where something is that has been restored. */
async function pathOf(home: Home, { fileId, originalPath }: TrashEntry): Promise<string | null> {
  if (fileId === null) return null
  const before = await statIfExists(home.place(originalPath))
  if (before?.file_id === fileId) return originalPath
  return (await findById(home, fileId))?.path ?? null
}

/** Deletes something for good. One request. @throws CodedError `NOT_FOUND` */
export async function purge(home: Home, trashId: string): Promise<void> {
  await home.session.send({
    method: 'DELETE',
    path: trashUrl(home, [checked(trashId)]),
    expect: [204],
    subject: trashId,
  })
}

/** Deletes everything in the trash for good. One request. */
export async function emptyTrash(home: Home): Promise<void> {
  await home.session.send({
    method: 'DELETE',
    path: trashUrl(home, []),
    expect: [204],
    subject: 'the trash',
  })
}

async function trashEntry(home: Home, trashId: string): Promise<TrashEntry> {
  const [entry] = await propfind(home, [checked(trashId)], '0')
  if (entry === undefined) throw unusable('nothing about the deleted file')
  return entry
}

async function propfind(home: Home, segments: string[], depth: '0' | '1'): Promise<TrashEntry[]> {
  const { session, userId } = home
  const reply = await session.send({
    method: 'PROPFIND',
    path: trashUrl(home, segments),
    headers: { depth, 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', `<d:prop>${PROPERTIES}</d:prop>`),
    expect: [207],
    maxBytes: 128 * 1024 * 1024,
    subject: segments.at(-1) ?? 'the trash',
  })
  const root = [...davRoot(session), 'trashbin', userId, 'trash']
  return multistatus(reply).flatMap(resource => {
    const [trashId] = segmentsBelow(resource.href, root) ?? []
    return trashId === undefined ? [] : [entryOf(trashId, resource)]
  })
}

function entryOf(trashId: string, resource: DavResource): TrashEntry {
  const isDirectory =
    child(resource.properties.get(dav('resourcetype')), dav('collection')) !== undefined
  const name = propertyText(resource, nc('trashbin-filename')) ?? trashId
  return {
    trashId,
    fileId: numberOf(propertyText(resource, oc('fileid'))),
    name,
    originalPath: propertyText(resource, nc('trashbin-original-location')) ?? name,
    deleted: numberOf(propertyText(resource, nc('trashbin-deletion-time'))),
    isDirectory,
    size: numberOf(propertyText(resource, isDirectory ? oc('size') : dav('getcontentlength'))),
  }
}

function trashUrl({ userId }: Home, segments: readonly string[]): string {
  return `/remote.php/dav${encodePath(['trashbin', userId, 'trash', ...segments])}`
}

/** One name: more of a path would be something inside a deleted folder. */
function checked(trashId: string): string {
  if (trashId === '' || trashId === '.' || trashId === '..' || trashId.includes('/')) {
    throw badInput('trash_id: it is no name in the trash', 'Take it from nc_webdav_list_trash.')
  }
  return trashId
}

function numberOf(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN)
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}
