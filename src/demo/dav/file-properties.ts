import { httpDate } from '../http.ts'
import { hasPreview } from '../storage/file-types.ts'
import { childrenOf, type FolderNode, type StoredNode, sizeOf } from '../storage/tree.ts'
import { escapeXml } from '../xml.ts'
import { type DavCall, hrefOf } from './call.ts'
import { commentsOn, isUnread } from './comment-store.ts'
import { ns } from './multistatus.ts'
import { collectionProperty, type Resource } from './resource.ts'
import { tagsOfFile } from './tag-store.ts'

const d = (name: string) => `{${ns.d}}${name}`
const oc = (name: string) => `{${ns.oc}}${name}`
const nc = (name: string) => `{${ns.nc}}${name}`

const fileDefaults = [
  d('getlastmodified'),
  d('getcontentlength'),
  d('resourcetype'),
  d('getetag'),
  d('getcontenttype'),
]
const folderDefaults = [
  d('getlastmodified'),
  d('resourcetype'),
  d('quota-used-bytes'),
  d('quota-available-bytes'),
  d('getetag'),
]

type Reader = (node: StoredNode, call: DavCall) => string | undefined

const onFolder =
  (read: (folder: FolderNode) => string): Reader =>
  node =>
    node.kind === 'folder' ? read(node) : undefined

/** The properties of files and folders, by Clark name. */
const readers = new Map<string, Reader>([
  [d('getlastmodified'), node => httpDate(node.mtime * 1000)],
  [d('getetag'), node => `&quot;${node.etag}&quot;`],
  [d('getcontenttype'), node => (node.kind === 'file' ? node.type : undefined)],
  [d('getcontentlength'), node => (node.kind === 'file' ? String(sizeOf(node)) : undefined)],
  [d('resourcetype'), node => (node.kind === 'folder' ? '<d:collection/>' : '')],
  [d('displayname'), node => escapeXml(node.name)],
  [d('creationdate'), () => '1970-01-01T00:00:00+00:00'],
  [d('quota-used-bytes'), onFolder(({ size }) => String(size))],
  [d('quota-available-bytes'), onFolder(() => '-3')],
  [oc('id'), (node, { instance }) => ocFileId(instance.id, node)],
  [oc('fileid'), node => String(node.id)],
  [oc('permissions'), node => (node.kind === 'folder' ? 'RGDNVCK' : 'RGDNVW')],
  [oc('size'), node => String(sizeOf(node))],
  [oc('favorite'), node => (node.favorite ? '1' : '0')],
  [oc('tags'), () => ''],
  [oc('owner-id'), (_, { identity }) => escapeXml(identity.account.id)],
  [oc('owner-display-name'), (_, { identity }) => escapeXml(identity.account.displayName)],
  [oc('share-types'), () => ''],
  [oc('comments-count'), (node, call) => String(commentsOn(commentStore(call), node.id).length)],
  [oc('comments-unread'), (node, call) => String(countUnread(call, node))],
  [
    oc('comments-href'),
    ({ id }, call) =>
      `${call.instance.settings.basePath}/remote.php/dav/comments/files/${String(id)}`,
  ],
  [oc('checksums'), checksums],
  [nc('has-preview'), node => (node.kind === 'file' && hasPreview(node.type) ? 'true' : 'false')],
  [nc('contained-folder-count'), onFolder(folder => countChildren(folder, 'folder'))],
  [nc('contained-file-count'), onFolder(folder => countChildren(folder, 'file'))],
  [nc('creation_time'), () => '0'],
  [nc('upload_time'), node => String(node.uploaded)],
  [nc('is-encrypted'), () => '0'],
  [nc('mount-type'), () => ''],
  [nc('system-tags'), systemTags],
])

/** Properties only the server sets. */
export function isProtected(name: string): boolean {
  return readers.has(name)
}

/** A file or folder as a resource; `names` is its path from the WebDAV root. */
export function fileResource(call: DavCall, node: StoredNode, names: readonly string[]): Resource {
  const resource: Resource = {
    href: hrefOf(call, names, node.kind === 'folder'),
    defaults: node.kind === 'folder' ? folderDefaults : fileDefaults,
    property: name => fileProperty(call, node, name),
  }
  if (node.kind === 'folder') {
    resource.children = () =>
      childrenOf(node).map(child => fileResource(call, child, [...names, child.name]))
  }
  return resource
}

/** One property of a file or folder as XML. */
function fileProperty(call: DavCall, node: StoredNode, name: string): string | undefined {
  const read = readers.get(name)
  if (read !== undefined) return read(node, call)
  const custom = node.properties.get(name)
  if (custom !== undefined) return escapeXml(custom)
  return name === d('current-user-principal') ? collectionProperty(call, name) : undefined
}

/** Value of `oc:id` and of the OC-FileId header: padded file id and instance id. */
export function ocFileId(instanceId: string, node: StoredNode): string {
  return String(node.id).padStart(8, '0') + instanceId
}

function commentStore(call: DavCall) {
  return call.instance.state.comments
}

function countUnread(call: DavCall, node: StoredNode): number {
  const store = commentStore(call)
  return commentsOn(store, node.id).filter(comment =>
    isUnread(store, call.identity.account.id, comment),
  ).length
}

function checksums(node: StoredNode): string | undefined {
  if (node.kind === 'folder' || node.checksum === undefined) return undefined
  return `<oc:checksum>${escapeXml(node.checksum)}</oc:checksum>`
}

function countChildren(folder: FolderNode, kind: StoredNode['kind']): string {
  return String(childrenOf(folder).filter(child => child.kind === kind).length)
}

function systemTags(node: StoredNode, { instance, identity }: DavCall): string {
  const { admin } = identity.account
  return tagsOfFile(instance.state.tags, node.id, admin)
    .map(tag => {
      const canAssign = tag.assignable || admin
      return (
        `<nc:system-tag oc:can-assign="${canAssign}" oc:id="${tag.id}"` +
        ` oc:user-assignable="${tag.assignable}" oc:user-visible="${tag.visible}" nc:color="">` +
        `${escapeXml(tag.name)}</nc:system-tag>`
      )
    })
    .join('')
}
