import { httpDate, type Reply, reply } from '../http.ts'
import { hasPreview } from '../storage/file-types.ts'
import { purge, restore, type TrashItem, trashOf } from '../storage/trash.ts'
import { childrenOf, nodeAt, type StoredNode, sizeOf } from '../storage/tree.ts'
import { escapeXml } from '../xml.ts'
import { type DavCall, destinationOf, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { fileReply } from './download.ts'
import { DavError } from './errors.ts'
import { ns } from './multistatus.ts'
import { propfind, propfindHeaders } from './propfind.ts'
import { options, type Resource } from './resource.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
const d = (name: string) => `{${ns.d}}${name}`
const oc = (name: string) => `{${ns.oc}}${name}`
const nc = (name: string) => `{${ns.nc}}${name}`

/** Answers a request below `trashbin/ID`. */
export function handleTrashbin(call: DavCall): Reply {
  const [, owner, room, key, ...below] = call.names
  if (owner !== call.identity.account.id) {
    // Nextcloud has begun its answer to a PROPFIND by the time it notices.
    const begun = call.exchange.method === 'PROPFIND' ? propfindHeaders(call) : {}
    throw new DavError('Forbidden', '', begun)
  }
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (room !== 'trash') throw notInCollection(room ?? '', owner)
  if (key === undefined) return onTrash(call)
  const item = trashOf(call.instance.state.trash, owner).find(entry => entry.key === key)
  if (item === undefined) throw new DavError('NotFound')
  return onItem(call, item, below)
}

function onTrash(call: DavCall): Reply {
  const { storage, trash } = call.instance.state
  const userId = call.identity.account.id
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, {
        href: hrefOf(call, call.names, true),
        defaults: [d('resourcetype')],
        property: name => (name === d('resourcetype') ? '<d:collection/>' : undefined),
        children: () =>
          trashOf(trash, userId).map(item =>
            resourceOf(call, item, item.node, [...call.names, item.key]),
          ),
      })
    case 'DELETE':
      for (const item of trashOf(trash, userId)) purge(storage, trash, userId, item)
      return reply(204, html)
  }
  throw unhandledMethod(call)
}

function onItem(call: DavCall, item: TrashItem, below: readonly string[]): Reply {
  const { storage, trash } = call.instance.state
  const userId = call.identity.account.id
  const { node: top } = item
  const node = top.kind === 'folder' ? nodeAt(top, below) : below.length === 0 ? top : undefined
  if (node === undefined) throw new DavError('NotFound')
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, resourceOf(call, item, node, call.names))
    case 'GET':
    case 'HEAD':
      if (node.kind === 'folder') throw unhandledMethod(call)
      return fileReply(call, node, {
        // Deleted files have no ETag; Nextcloud sends the header all the same.
        ETag: '',
        'Content-Disposition': `attachment; filename="${encodeURIComponent(node.name)}"`,
      })
    case 'DELETE':
      if (below.length > 0) throw new DavError('Forbidden')
      purge(storage, trash, userId, item)
      return reply(204, html)
    case 'MOVE': {
      // Where it goes is known from where it was; the name in the destination does not matter.
      const [root, owner, room] = destinationOf(call).names
      if (root !== 'trashbin' || owner !== userId || room !== 'restore' || below.length > 0) {
        throw new DavError('Forbidden')
      }
      restore(storage, trash, userId, item)
      return reply(201, html)
    }
  }
  throw unhandledMethod(call)
}

function resourceOf(
  call: DavCall,
  item: TrashItem,
  node: StoredNode,
  names: readonly string[],
): Resource {
  const resource: Resource = {
    href: hrefOf(call, names, node.kind === 'folder'),
    defaults: [d('getlastmodified'), d('getcontentlength'), d('resourcetype'), d('getcontenttype')],
    property: name => property(call, item, node, name),
  }
  if (node.kind === 'folder') {
    resource.children = () =>
      childrenOf(node).map(child => resourceOf(call, item, child, [...names, child.name]))
  }
  return resource
}

function property(
  call: DavCall,
  item: TrashItem,
  node: StoredNode,
  name: string,
): string | undefined {
  const file = node.kind === 'file' ? node : undefined
  const { id, displayName } = call.identity.account
  switch (name) {
    case nc('trashbin-filename'):
      return escapeXml(node.name)
    case nc('trashbin-original-location'):
    case nc('trashbin-title'):
      return escapeXml(originalPath(item, node))
    case nc('trashbin-deletion-time'):
      return String(item.deleted)
    case nc('trashbin-deleted-by-id'):
      return escapeXml(id)
    case nc('trashbin-deleted-by-display-name'):
      return escapeXml(displayName)
    case d('displayname'):
      return escapeXml(node.name)
    case d('getlastmodified'):
      return httpDate(node.mtime * 1000)
    case d('getcontentlength'):
      return file && String(file.content.length)
    case d('getcontenttype'):
      return file?.type
    case d('resourcetype'):
      return file ? '' : '<d:collection/>'
    case oc('fileid'):
      return String(node.id)
    case oc('size'):
      return String(sizeOf(node))
    case oc('permissions'):
      return 'GD'
    case nc('has-preview'):
      return String(file !== undefined && hasPreview(file.type))
  }
  return undefined
}

/** Path it had below the home, without leading slash. */
function originalPath(item: TrashItem, node: StoredNode): string {
  const inside: string[] = []
  for (let at = node; at !== item.node && at.parent !== undefined; at = at.parent) {
    inside.unshift(at.name)
  }
  return [...item.folder, item.node.name, ...inside].join('/')
}
