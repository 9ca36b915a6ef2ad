import { homeOf } from '../storage/changes.ts'
import type { FolderNode, StoredNode } from '../storage/tree.ts'
import type { DavCall } from './call.ts'
import { DavError } from './errors.ts'

/** The home of the one who asks. */
function ownHome({ instance, identity }: DavCall): FolderNode {
  return homeOf(instance.state.storage, identity.account.id)
}

/** What a path from the WebDAV root leads to in the own home, or `undefined`. */
export function find(call: DavCall, names: readonly string[]): StoredNode | undefined {
  if (names[0] !== 'files' || names[1] !== call.identity.account.id) return undefined
  let node: StoredNode | undefined = ownHome(call)
  for (let index = 2; index < names.length && node !== undefined; index++) {
    node = node.kind === 'folder' ? node.children.get(names[index] ?? '') : undefined
  }
  return node
}

/** As `find`, but a missing file is an error that names the first part that is not there. */
export function locate(call: DavCall, names: readonly string[]): StoredNode {
  let node: StoredNode = ownHome(call)
  for (let index = 2; index < names.length; index++) {
    const name = names[index] ?? ''
    const child: StoredNode | undefined =
      node.kind === 'folder' ? node.children.get(name) : undefined
    if (child === undefined) {
      // The root's own path is "/", which gives two slashes in Nextcloud's message.
      const parent = index === 2 ? '/' : `/${names.slice(2, index).join('/')}`
      throw new DavError('NotFound', `File with name ${parent}/${name} could not be located`)
    }
    node = child
  }
  return node
}
