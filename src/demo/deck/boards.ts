import { createHash } from 'node:crypto'
import { header, jsonReply, query, type Reply, reply } from '../http.ts'
import { type DeckCall, denied, notAllowed } from './call.ts'
import { boardJson, etagOf, labelJson, labelsOf } from './json.ts'
import { addBoard } from './make.ts'
import { boardFor, permissionsOn, touchBoard } from './permissions.ts'
import { type Board, insert, select } from './store.ts'
import { validate } from './validate.ts'

/** GET boards: all the user can see, also those that were deleted lately. */
export function listBoards(call: DeckCall): Reply {
  // Deck uses a class for this that Nextcloud no longer has.
  if (header(call.exchange, 'if-modified-since') !== undefined) {
    throw notAllowed('Internal server error')
  }
  const boards = select(
    call.store.boards,
    board => permissionsOn(call, { ...board, deletedAt: 0 }).read,
  )
  const details = query(call.exchange).get('details') === 'true'
  const marks = boards.map(({ id, lastModified }) => `${id}-${etagOf(lastModified)}`)
  const etag = createHash('md5').update(JSON.stringify(marks)).digest('hex')
  return withEtag(call, etag, () =>
    boards.map(board => boardJson(call, board, { details, listed: true })),
  )
}

/** POST boards. */
export function createBoard(call: DeckCall): Reply {
  const { title, color } = call.parameters
  validate('board', call.parameters)
  const board = addBoard(call.store, call.userId, String(title), String(color), call.now)
  const made = boardJson(call, board, { details: false, listed: false })
  return jsonReply(200, {
    ...made,
    labels: labelsOf(call, board.id).map(label => labelJson(label, null, true)),
    lastModified: 0,
    ETag: etagOf(0),
  })
}

/** GET, PUT and DELETE of one board. */
export function onBoard(call: DeckCall): Reply {
  const { boardId, title, color, archived = false } = call.parameters
  const full = { details: true, listed: false }
  switch (call.exchange.method) {
    case 'GET': {
      const board = boardFor(call, boardId, 'read')
      return withEtag(call, etagOf(board.lastModified), () => boardJson(call, board, full))
    }
    case 'PUT': {
      validate('board', call.parameters)
      const board = boardFor(call, boardId, 'manage')
      Object.assign(board, { title, color, archived: archived === true })
      touchBoard(call, board.id)
      return jsonReply(200, boardJson(call, board, full))
    }
    default: {
      const board = boardFor(call, boardId, 'manage')
      board.deletedAt = call.now
      touchBoard(call, board.id)
      return jsonReply(200, boardJson(call, board, full))
    }
  }
}

/** POST acl: shares a board. */
export function shareBoard(call: DeckCall): Reply {
  const { boardId, type, participant, permissionEdit, permissionShare, permissionManage } =
    call.parameters
  const board = boardFor(call, boardId, 'share')
  const acl = insert(call.store.acls, {
    boardId: board.id,
    type: Number(type),
    participant: String(participant),
    edit: permissionEdit === true,
    share: permissionShare === true,
    manage: permissionManage === true,
  })
  touchBoard(call, board.id)
  return jsonReply(200, aclJson(call, board, acl.id))
}

/** PUT and DELETE of one share of a board. */
export function onShare(call: DeckCall): Reply {
  const { aclId, permissionEdit, permissionShare, permissionManage } = call.parameters
  const acl = call.store.acls.rows.get(Number(aclId))
  if (acl === undefined) throw denied()
  const board = boardFor(call, acl.boardId, 'manage')
  if (call.exchange.method === 'PUT') {
    acl.edit = permissionEdit === true
    acl.share = permissionShare === true
    acl.manage = permissionManage === true
  }
  const told = aclJson(call, board, acl.id)
  if (call.exchange.method === 'DELETE') call.store.acls.rows.delete(acl.id)
  touchBoard(call, board.id)
  return jsonReply(200, told)
}

function aclJson(call: DeckCall, board: Board, id: number): unknown {
  const { acl } = { acl: [], ...boardJson(call, board, { details: false, listed: false }) }
  return acl.find((entry: { id: number }) => entry.id === id)
}

/** An answer with its ETag, or 304 where the client has it already. */
export function withEtag(call: DeckCall, etag: string, body: () => unknown): Reply {
  const headers = { ETag: `"${etag}"` }
  if (header(call.exchange, 'if-none-match') === headers.ETag) return reply(304, headers)
  return jsonReply(200, body(), headers)
}
