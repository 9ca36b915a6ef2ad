import { mountAt, mountsOf, rightsOf, type View, viewAt, viewOf } from '../shares/mounts.ts'
import { may } from '../shares/store.ts'
import { childrenOf, descendantsOf, type StoredNode } from '../storage/tree.ts'
import type { DavCall } from './call.ts'
import { DavError } from './errors.ts'

/** What a path from the WebDAV root leads to in the own files, or `undefined`. */
export function view(call: DavCall, names: readonly string[]): View | undefined {
  const { id } = call.identity.account
  if (names[0] !== 'files' || names[1] !== id) return undefined
  return viewAt(call.instance.state, id, names.slice(2))
}

/** As `view`, of which only the file is wanted. */
export function find(call: DavCall, names: readonly string[]): StoredNode | undefined {
  return view(call, names)?.node
}

/** As `view`, but a missing file is an error that names the first part that is not there. */
export function locateView(call: DavCall, names: readonly string[]): View {
  const found = view(call, names)
  if (found !== undefined) return found
  let index = 2
  while (view(call, names.slice(0, index + 1)) !== undefined) index++
  // The root's own path is "/", which gives two slashes in Nextcloud's message.
  const parent = index === 2 ? '/' : `/${names.slice(2, index).join('/')}`
  throw new DavError(
    'NotFound',
    `File with name ${parent}/${names[index] ?? ''} could not be located`,
  )
}

/** As `locateView`, of which only the file is wanted. */
export function locate(call: DavCall, names: readonly string[]): StoredNode {
  return locateView(call, names).node
}

/** What may be done with a file: the user's rights, and no more than the link allows. */
export function rights(call: DavCall, found: View): number {
  return rightsOf(found) & (call.linkPermissions ?? may.all)
}

/** Refuses what the rights on a file do not include; Nextcloud gives no reason. */
export function demand(call: DavCall, found: View, right: number, message = ''): void {
  if ((rights(call, found) & right) === 0) throw new DavError('Forbidden', message)
}

/** In whose home the things at a path are. */
export function ownerAt({ instance, identity }: DavCall, names: readonly string[]): string {
  const { id } = identity.account
  return mountAt(instance.state, id, names.slice(2))?.owner ?? id
}

/** How the one who asks sees a file. */
export function viewIn({ instance, identity }: DavCall, node: StoredNode): View | undefined {
  return viewOf(instance.state, identity.account.id, node)
}

/** What is in a folder, with what others have shared into it, and below unless told otherwise. */
export function* everythingIn(
  { instance, identity }: DavCall,
  { node, names, mount }: View,
  deep = true,
): Generator<StoredNode> {
  if (node.kind === 'file') return
  yield* deep ? descendantsOf(node) : childrenOf(node)
  if (mount !== undefined) return
  for (const inside of mountsOf(instance.state, identity.account.id)) {
    const depth = inside.names.length - names.length
    if (depth < 1 || (depth > 1 && !deep)) continue
    if (!names.every((name, index) => inside.names[index] === name)) continue
    yield inside.node
    if (deep && inside.node.kind === 'folder') yield* descendantsOf(inside.node)
  }
}
