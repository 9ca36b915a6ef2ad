/** Folders and single entries, by PROPFIND (RFC 4918, section 9.1). */
import { type DavResource, multistatus } from '../../nextcloud/dav/multistatus.ts'
import { document } from '../../nextcloud/dav/xml.ts'
import { badInput, unlessMissing } from '../../nextcloud/errors.ts'
import { named, notFound, type Place } from '../../nextcloud/files/home.ts'
import { unusable } from '../../nextcloud/reply.ts'
import { ENTRY_PROPERTIES, type Entry, entryOf } from './entry.ts'

/** About a kilobyte for each entry of a folder. */
const LARGEST_LISTING = 128 * 1024 * 1024

/**
 * What is in a folder, in Nextcloud's order. One request.
 * @throws CodedError `BAD_INPUT` for a file, `NOT_FOUND`
 */
export async function listFolder(folder: Place): Promise<Entry[]> {
  const { home } = folder
  const entries = (await propfind(folder, '1')).flatMap(resource => entryOf(home, resource) ?? [])
  // Nextcloud names the folder itself as it was asked for, whatever the normal form of its name.
  const self = entries.findIndex(entry => entry.path === folder.path)
  if (self < 0) throw unusable('a listing of something else')
  if (!entries[self]?.is_directory) {
    throw badInput(`"${folder.path}" is a file`, 'Read it with nc_webdav_read_file.')
  }
  return entries.toSpliced(self, 1)
}

/**
 * One file or folder. One request.
 * @throws CodedError `NOT_FOUND`
 */
export async function stat(place: Place): Promise<Entry> {
  const [resource] = await propfind(place, '0')
  if (resource === undefined) throw unusable('nothing about the file')
  const entry = entryOf(place.home, resource)
  if (entry === undefined) throw notFound(place.path)
  return entry
}

/** Like {@link stat}; undefined where nothing is. */
export function statIfExists(place: Place): Promise<Entry | undefined> {
  return unlessMissing(stat(place))
}

/**
 * What Nextcloud says of a place, and of what is in it. One request.
 * @param more properties beside those of {@link entryOf}
 * @throws CodedError `NOT_FOUND`
 */
export async function propfind(place: Place, depth: '0' | '1', more = ''): Promise<DavResource[]> {
  const reply = await place.home.session.send({
    method: 'PROPFIND',
    path: place.url,
    headers: { depth, 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', `<d:prop>${ENTRY_PROPERTIES}${more}</d:prop>`),
    expect: [207],
    maxBytes: LARGEST_LISTING,
    subject: named(place),
  })
  return multistatus(reply)
}
