/** What one answer says of a folder and of what is in it. */
import { type DavResource, propertyText } from '../../../nextcloud/dav/multistatus.ts'
import { nc } from '../../../nextcloud/dav/xml.ts'
import type { Home } from '../../../nextcloud/files/home.ts'
import { unusable } from '../../../nextcloud/reply.ts'
import { type Entry, entryOf } from '../entry.ts'
import { propfind } from '../listing.ts'

const MORE_PROPERTIES = '<nc:mount-type/><nc:is-federated/><nc:is-encrypted/>'

/** A folder in a folder. */
export interface Subfolder {
  readonly name: string
  readonly path: string
  readonly etag: string
  /** Whether things may change in it without Nextcloud noticing. */
  readonly isForeign: boolean
}

/** A folder without what is excluded, hidden or encrypted by the user's own devices. */
export interface Contents {
  readonly etag: string
  readonly files: readonly Entry[]
  readonly folders: readonly Subfolder[]
  /** Whether all of the answer could be understood. */
  readonly isWhole: boolean
}

/**
 * Reads a folder. One request.
 * @throws CodedError `NOT_FOUND`
 */
export async function contentsOf(home: Home, path: string): Promise<Contents> {
  const resources = await propfind(home.place(path), '1', MORE_PROPERTIES)
  const files: Entry[] = []
  const folders: Subfolder[] = []
  let etag: string | undefined
  let isWhole = true
  for (const resource of resources) {
    const entry = entryOf(home, resource)
    if (entry === undefined) {
      if ((resource.status ?? 200) >= 400) isWhole = false
    } else if (entry.path === path) {
      etag = entry.etag ?? ''
    } else if (entry.file_id === null || entry.etag === null) {
      isWhole = false
    } else if (!entry.name.startsWith('.')) {
      if (!entry.is_directory) files.push(entry)
      else if (!isEncrypted(resource)) folders.push(subfolderOf(entry, resource))
    }
  }
  if (etag === undefined) throw unusable('a listing of something else')
  return { etag, files, folders, isWhole }
}

function subfolderOf({ name, path, etag }: Entry, resource: DavResource): Subfolder {
  const mount = propertyText(resource, nc('mount-type')) ?? ''
  const isFederated = isYes(propertyText(resource, nc('is-federated')))
  return { name, path, etag: etag ?? '', isForeign: mount.startsWith('external') || isFederated }
}

/** Only the user's own devices can read what is in such a folder. */
function isEncrypted(resource: DavResource): boolean {
  return isYes(propertyText(resource, nc('is-encrypted')))
}

function isYes(text: string | undefined): boolean {
  return text === '1' || text === 'true'
}
