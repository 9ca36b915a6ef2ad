import { createHash } from 'node:crypto'
import { httpDate } from '../http.ts'
import { type Mount, mountsOf, type View } from '../shares/mounts.ts'
import { may, sharesOf } from '../shares/store.ts'
import { hasPreview } from '../storage/file-types.ts'
import { childrenOf, type FolderNode, type StoredNode, sizeOf } from '../storage/tree.ts'
import { escapeXml } from '../xml.ts'
import { type DavCall, hrefOf } from './call.ts'
import { commentsOn, isUnread } from './comment-store.ts'
import { rights } from './locate.ts'
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

type Reader = (node: StoredNode, call: DavCall, view: View) => string | undefined

const onFolder =
  (read: (folder: FolderNode) => string): Reader =>
  node =>
    node.kind === 'folder' ? read(node) : undefined

/** The properties of files and folders, by Clark name. */
const readers = new Map<string, Reader>([
  [d('getlastmodified'), node => httpDate(node.mtime * 1000)],
  [d('getetag'), etagSeen],
  [d('getcontenttype'), node => (node.kind === 'file' ? node.type : undefined)],
  [d('getcontentlength'), node => (node.kind === 'file' ? String(sizeOf(node)) : undefined)],
  [d('resourcetype'), node => (node.kind === 'folder' ? '<d:collection/>' : '')],
  [d('displayname'), (node, _, { names }) => escapeXml(names.at(-1) ?? node.name)],
  [d('creationdate'), () => '1970-01-01T00:00:00+00:00'],
  [d('quota-used-bytes'), onFolder(({ size }) => String(size))],
  [d('quota-available-bytes'), onFolder(() => '-3')],
  [oc('id'), (node, { instance }) => ocFileId(instance.id, node)],
  [oc('fileid'), node => String(node.id)],
  [oc('permissions'), permissionLetters],
  [oc('size'), node => String(sizeOf(node))],
  [oc('favorite'), (node, call, { mount }) => (isStarred(call, node, mount) ? '1' : '0')],
  [oc('tags'), () => ''],
  [oc('owner-id'), (_, call, { mount }) => escapeXml(mount?.owner ?? call.identity.account.id)],
  [oc('owner-display-name'), ownerName],
  [oc('share-types'), shareTypes],
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
  [nc('mount-type'), (_, __, { mount }) => (mount === undefined ? '' : 'shared')],
  [nc('is-mount-root'), (node, _, { mount }) => String(mount?.node === node)],
  [nc('system-tags'), systemTags],
])

/** Properties only the server sets. */
export function isProtected(name: string): boolean {
  return readers.has(name)
}

/** A file or folder, as the one who asks has it, as a resource. */
export function fileResource(call: DavCall, view: View): Resource {
  const { node, names } = view
  const resource: Resource = {
    href: hrefOf(call, ['files', call.identity.account.id, ...names], node.kind === 'folder'),
    defaults: node.kind === 'folder' ? folderDefaults : fileDefaults,
    property: name => fileProperty(call, view, name),
  }
  if (node.kind === 'folder') {
    resource.children = () => childViews(call, view, node).map(child => fileResource(call, child))
  }
  return resource
}

/** What is in a folder, and what others have shared into it, by the bytes of the names. */
function childViews(call: DavCall, { names, mount }: View, folder: FolderNode): View[] {
  const children = childrenOf(folder).map(
    (node): View => ({ node, names: [...names, node.name], mount }),
  )
  const { state } = call.instance
  const mounted = mountsOf(state, call.identity.account.id).filter(
    at => at.names.length === names.length + 1 && names.every((name, i) => at.names[i] === name),
  )
  if (mounted.length === 0) return children
  children.push(...mounted.map(at => ({ node: at.node, names: at.names, mount: at })))
  const key = (view: View) => Buffer.from(view.names.at(-1) ?? '')
  return children.toSorted((a, b) => Buffer.compare(key(a), key(b)))
}

/** One property of a file or folder as XML. */
function fileProperty(call: DavCall, view: View, name: string): string | undefined {
  const { node } = view
  const read = readers.get(name)
  if (read !== undefined) return read(node, call, view)
  const custom = node.properties.get(name)
  if (custom !== undefined) return escapeXml(custom)
  return name === d('current-user-principal') ? collectionProperty(call, name) : undefined
}

/** Value of `oc:id` and of the OC-FileId header: padded file id and instance id. */
export function ocFileId(instanceId: string, node: StoredNode): string {
  return String(node.id).padStart(8, '0') + instanceId
}

/** Letters of what may be done: S is what came by a share, W is for files, C and K for folders. */
function permissionLetters(node: StoredNode, call: DavCall, view: View): string {
  const allowed = rights(call, view)
  const letter = (right: number, letters: string) => ((allowed & right) === 0 ? '' : letters)
  return (
    (view.mount === undefined ? '' : 'S') +
    letter(may.share, 'R') +
    letter(may.read, 'G') +
    letter(may.delete, 'D') +
    letter(may.update, node.kind === 'folder' ? 'NV' : 'NVW') +
    (node.kind === 'folder' ? letter(may.create, 'CK') : '')
  )
}

function ownerName(_: StoredNode, { instance, identity }: DavCall, { mount }: View): string {
  const owner = mount && instance.state.directory.accounts.get(mount.owner)
  return escapeXml((owner ?? identity.account).displayName)
}

function shareTypes(node: StoredNode, { instance }: DavCall): string {
  const types = new Set(sharesOf(instance.state, node).map(({ type }) => type))
  return [...types]
    .toSorted((a, b) => a - b)
    .map(type => `<oc:share-type>${type}</oc:share-type>`)
    .join('')
}

/** What others share with a user is starred by each for themselves. */
function isStarred(call: DavCall, node: StoredNode, mount: Mount | undefined): boolean {
  if (mount === undefined) return node.favorite
  return call.instance.state.shares.stars.has(`${call.identity.account.id}:${node.id}`)
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

/** The ETag as one user sees it: of a folder, with what others have shared into it. */
function etagSeen(node: StoredNode, call: DavCall, { names, mount }: View): string {
  const inside =
    node.kind === 'file' || mount !== undefined
      ? []
      : mountsOf(call.instance.state, call.identity.account.id).filter(
          each =>
            each.names.length > names.length && names.every((name, at) => each.names[at] === name),
        )
  if (inside.length === 0) return `&quot;${node.etag}&quot;`
  const told = inside.map(each => `/${each.names.join('/')}/${each.node.etag}${each.permissions}`)
  const combined = createHash('md5')
    .update([node.etag, ...told].join('::'))
    .digest('hex')
  return `&quot;${combined}&quot;`
}
