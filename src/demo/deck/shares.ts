import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsCode, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { homeOf } from '../storage/changes.ts'
import { namesOf, nodeAt, sizeOf } from '../storage/tree.ts'
import { addCardShare } from './attachments.ts'
import { boardOf, permissionsOn } from './permissions.ts'
import { deckCall } from './routes.ts'
import { select } from './store.ts'

/** The kind of share that has a Deck card for its recipient. */
export const deckShareType = 12
const defaultPermissions = 19

/** POST apps/files_sharing/api/v1/shares with a card as recipient: a file is put to the card. */
export function shareWithCard({ instance, exchange, identity }: OcsCall): OcsResult {
  const call = deckCall(instance, exchange, identity.account.id, {})
  const { storage } = instance.state
  const names = (text(call.parameters.path) ?? '').split('/').filter(Boolean)
  const node = nodeAt(homeOf(storage, call.userId), names)
  if (node === undefined) return ocsFailure(404, 'Wrong path, file/folder does not exist')
  if (names.length === 0) return ocsFailure(403, 'Failed to create share.')
  const { shareWith } = call.parameters
  // The sharing app wants the id of the card as text, and fails where there is no such card.
  const card =
    typeof shareWith === 'string' ? call.store.cards.rows.get(Number(shareWith)) : undefined
  if (card === undefined) return ocsFailure(ocsCode.serverError, 'Internal Server Error\n')
  const board = boardOf(call, card)
  if (!permissionsOn(call, board).edit || board.archived) return ocsFailure(404, 'Card not found')
  const known = select(
    call.store.shares,
    ({ cardId, fileId }) => cardId === card.id && fileId === node.id,
  )
  if (known.length > 0) return ocsFailure(403, 'Path is already shared with this card')

  const permissions = integer(call.parameters.permissions) ?? defaultPermissions
  const share = addCardShare(call, card.id, node, permissions)
  const { displayName } = identity.account
  return ocsData({
    id: String(share.id),
    share_type: deckShareType,
    uid_owner: call.userId,
    displayname_owner: displayName,
    permissions,
    can_edit: true,
    can_delete: true,
    stime: share.created,
    parent: null,
    expiration: null,
    token: null,
    uid_file_owner: call.userId,
    note: '',
    label: '',
    displayname_file_owner: displayName,
    path: `/${namesOf(node).join('/')}`,
    item_type: node.kind,
    mimetype: node.kind === 'file' ? node.type : 'httpd/unix-directory',
    item_source: node.id,
    file_source: node.id,
    file_target: `/{DECK_PLACEHOLDER}/${node.name}`,
    item_size: sizeOf(node),
    item_mtime: node.mtime,
    share_with: String(card.id),
    share_with_displayname: card.title,
    share_with_link: `${instance.url}/apps/deck/board/${board.id}/card/${card.id}`,
    mail_send: 0,
    hide_download: 0,
    attributes: null,
  })
}
