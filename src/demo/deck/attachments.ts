import { type Exchange, header, jsonReply, type Reply } from '../http.ts'
import { ensureFolder, homeOf, writeFile } from '../storage/changes.ts'
import { typeOfName } from '../storage/file-types.ts'
import { namesOf, type StoredNode, sizeOf } from '../storage/tree.ts'
import { type DeckCall, DeckError, denied, notAllowed } from './call.ts'
import { cardFor, touchCard } from './permissions.ts'
import { type Card, type CardShare, type DeckFile, insert, select } from './store.ts'

const readable = 1

/** A file at a card as Deck tells of it. */
interface AttachmentJson {
  id: number
  type: string
  extendedData: object
}

/** The files at a card, with those that were deleted and can be restored. */
export function filesOf(call: DeckCall, card: Card): AttachmentJson[] {
  const own = select(call.store.files, file => file.cardId === card.id)
  const shared = select(call.store.shares, share => share.cardId === card.id)
  return [
    ...own.map(file => ownJson(call, file)),
    ...shared.flatMap(share => {
      const node = call.instance.state.storage.byId.get(share.fileId)
      return node === undefined ? [] : [sharedJson(call, share, node)]
    }),
  ]
}

/** GET and POST attachments. Version 1.0 knows the files that Deck keeps itself. */
export async function onAttachments(call: DeckCall): Promise<Reply> {
  const { cardId, apiVersion } = call.parameters
  if (call.exchange.method === 'POST') return upload(call)
  const card = cardFor(call, cardId, 'read')
  const files = filesOf(call, card)
  return jsonReply(
    200,
    apiVersion === '1.0' ? files.filter(({ type }) => type === 'deck_file') : files,
  )
}

/** DELETE of one: what Deck keeps itself is only marked, a share ends and leaves the file. */
export function deleteAttachment(call: DeckCall): Reply {
  const { cardId, attachmentId, type = 'deck_file' } = call.parameters
  if (type !== 'deck_file' && type !== 'file') throw new DeckError(404, '')
  const { files, shares } = call.store
  if (type === 'file') {
    const share = shares.rows.get(Number(attachmentId))
    const node = share && call.instance.state.storage.byId.get(share.fileId)
    if (share === undefined || node === undefined || share.cardId !== Number(cardId)) {
      throw denied('No permission to access the attachment from the card')
    }
    const card = cardFor(call, share.cardId, 'edit')
    const { attachmentCreator: _, ...extendedData } = extended(call, share, node)
    shares.rows.delete(share.id)
    touchCard(call, card, call.userId)
    const nobody = { createdBy: null, createdAt: 0, lastModified: 0 }
    return jsonReply(200, { ...sharedJson(call, share, node), ...nobody, extendedData })
  }
  const file = files.rows.get(Number(attachmentId))
  if (file === undefined) throw denied()
  const card = cardFor(call, file.cardId, 'edit')
  file.deletedAt = call.now
  touchCard(call, card, call.userId)
  return jsonReply(200, { ...ownJson(call, file), extendedData: [] })
}

async function upload(call: DeckCall): Promise<Reply> {
  const card = cardFor(call, call.parameters.cardId, 'edit')
  const form = await formOf(call.exchange)
  const file = form?.get('file')
  const type = form?.get('type') ?? call.parameters.type
  if (typeof file !== 'object' || file === null) throw notAllowed('No file uploaded')
  const content = Buffer.from(await file.arrayBuffer())
  touchCard(call, card, call.userId)
  if (type === 'deck_file') {
    const fields = { cardId: card.id, name: file.name, content, createdBy: call.userId }
    const kept = insert(call.store.files, { ...fields, createdAt: call.now, deletedAt: 0 })
    return jsonReply(200, ownJson(call, kept))
  }
  const { storage } = call.instance.state
  const folder = ensureFolder(storage, homeOf(storage, call.userId), ['Deck'])
  const node = writeFile(storage, folder, file.name, content)
  const share = addCardShare(call, card.id, node, readable)
  return jsonReply(200, sharedJson(call, share, node))
}

/** Shares a file of the user with a card. */
export function addCardShare(
  { store, userId, now }: Pick<DeckCall, 'store' | 'userId' | 'now'>,
  cardId: number,
  node: StoredNode,
  permissions: number,
): CardShare {
  const fields = { cardId, fileId: node.id, sharedBy: userId, permissions, created: now }
  return insert(store.shares, fields)
}

async function formOf(exchange: Exchange): Promise<FormData | undefined> {
  const type = header(exchange, 'content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) return undefined
  const headers = { 'Content-Type': type }
  return new Response(new Uint8Array(exchange.body), { headers }).formData()
}

function ownJson(call: DeckCall, file: DeckFile): AttachmentJson & Record<string, unknown> {
  return {
    id: file.id,
    cardId: file.cardId,
    type: 'deck_file',
    data: file.name,
    lastModified: file.createdAt,
    createdAt: file.createdAt,
    createdBy: file.createdBy,
    deletedAt: file.deletedAt,
    extendedData: {
      filesize: file.content.length,
      mimetype: typeOfName(file.name),
      info: pathInfo(file.name),
      attachmentCreator: creator(call, file.createdBy),
    },
  }
}

function sharedJson(
  call: DeckCall,
  share: CardShare,
  node: StoredNode,
): AttachmentJson & Record<string, unknown> {
  return {
    id: share.id,
    cardId: share.cardId,
    type: 'file',
    data: node.name,
    lastModified: node.mtime,
    createdAt: share.created,
    createdBy: share.sharedBy,
    deletedAt: 0,
    extendedData: extended(call, share, node),
  }
}

function extended(call: DeckCall, share: CardShare, node: StoredNode) {
  const names = share.sharedBy === call.userId ? namesOf(node) : ['Deck', node.name]
  const mimetype = node.kind === 'file' ? node.type : 'httpd/unix-directory'
  return {
    path: `/${names.join('/')}`,
    fileid: node.id,
    data: node.name,
    filesize: sizeOf(node),
    mimetype,
    info: pathInfo(node.name),
    hasPreview: /^(text|image)\//.test(mimetype),
    permissions: share.permissions,
    attachmentCreator: creator(call, share.sharedBy),
  }
}

function creator({ instance }: DeckCall, id: string) {
  const account = instance.state.directory.accounts.get(id)
  return { displayName: account?.displayName ?? id, id, email: account?.email ?? null }
}

/** PHP's `pathinfo`. */
function pathInfo(name: string): object {
  const dot = name.lastIndexOf('.')
  const base = { dirname: '.', basename: name }
  if (dot < 0) return { ...base, filename: name }
  return { ...base, extension: name.slice(dot + 1), filename: name.slice(0, dot) }
}
