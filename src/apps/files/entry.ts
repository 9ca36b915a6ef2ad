/** A file or folder as listings and searches tell of it. */
import { z } from 'zod'
import { bareEtag } from '../../nextcloud/dav/etag.ts'
import { type DavResource, propertyText } from '../../nextcloud/dav/multistatus.ts'
import { child, dav, oc } from '../../nextcloud/dav/xml.ts'
import type { Home } from '../../nextcloud/files/home.ts'
import type { Session } from '../../nextcloud/session.ts'

export const Entry = z.object({
  name: z.string(),
  path: z.string().describe('From the root of the files, without a leading slash'),
  is_directory: z.boolean(),
  size: z.int().nullable().describe('Bytes; of a folder, of everything in it'),
  content_type: z.string().nullable(),
  last_modified: z.string().nullable().describe('As in HTTP headers'),
  etag: z.string().nullable(),
  file_id: z.int().nullable(),
  is_favorite: z.boolean().nullable(),
  url: z.string().nullable().describe('Opens it in Nextcloud'),
  read_only: z.literal(true).optional().describe('Only where this user may not change it'),
})
export type Entry = z.infer<typeof Entry>

/** The properties {@link entryOf} reads, for the `prop` of a request. */
export const ENTRY_PROPERTIES =
  '<d:getlastmodified/><d:getetag/><d:getcontenttype/><d:getcontentlength/><d:resourcetype/><oc:fileid/><oc:size/><oc:favorite/><oc:permissions/>'

/** Reads what a DAV answer says of one resource; undefined where it must not be shown. */
export function entryOf(home: Home, resource: DavResource): Entry | undefined {
  const path = home.pathOf(resource.href)
  if (path === undefined || (resource.status ?? 200) >= 400) return undefined
  const isDirectory =
    child(resource.properties.get(dav('resourcetype')), dav('collection')) !== undefined
  const fileId = count(propertyText(resource, oc('fileid')))
  const etag = propertyText(resource, dav('getetag'))
  const favorite = propertyText(resource, oc('favorite'))
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    is_directory: isDirectory,
    size: count(propertyText(resource, isDirectory ? oc('size') : dav('getcontentlength'))),
    content_type: propertyText(resource, dav('getcontenttype')) ?? null,
    last_modified: propertyText(resource, dav('getlastmodified')) ?? null,
    etag: etag === undefined ? null : bareEtag(etag),
    file_id: fileId,
    is_favorite: favorite === undefined ? null : favorite === '1',
    url: fileId === null ? null : fileUrl(home.session, fileId),
    ...(isReadOnly(propertyText(resource, oc('permissions')), isDirectory)
      ? { read_only: true as const }
      : {}),
  }
}

/** Address of a file or folder in Nextcloud's own interface. */
export function fileUrl(session: Session, fileId: number): string {
  return `${session.baseUrl}/index.php/f/${fileId}`
}

/** Letters of `oc:permissions`: W lets a file be written, C and K let a folder be added to. */
function isReadOnly(permissions: string | undefined, isDirectory: boolean): boolean {
  return permissions !== undefined && !(isDirectory ? /[CK]/ : /W/).test(permissions)
}

/** A size that is not known yet is -1. */
function count(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN)
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}
