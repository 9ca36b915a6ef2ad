import { httpDate, parseJson, type Reply, reply, text } from '../http.ts'
import { visibleNode } from '../shares/mounts.ts'
import { childOf, escapeXml } from '../xml.ts'
import { bodyXml, type DavCall, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { addComment, type Comment, commentsOn, isUnread, removeComment } from './comment-store.ts'
import { DavError } from './errors.ts'
import { multistatus, ns } from './multistatus.ts'
import { describe, multistatusReply, propfind } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { unsupportedReport } from './report.ts'
import { options, type Resource } from './resource.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
const lengthLimit = 1000
const oc = (name: string) => `{${ns.oc}}${name}`
const resourcetype = `{${ns.d}}resourcetype`

const commentProperties = [
  'id',
  'parentId',
  'topmostParentId',
  'childrenCount',
  'verb',
  'actorType',
  'actorId',
  'creationDateTime',
  'latestChildDateTime',
  'objectType',
  'objectId',
  'message',
  'actorDisplayName',
  'isUnread',
  'mentions',
].map(oc)

/** Answers a request below `comments/files/ID`. */
export function handleComments(call: DavCall): Reply {
  const [, type, id, commentId] = call.names
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (type !== 'files') throw notInCollection(type ?? '', 'comments')
  if (id === undefined) throw unhandledMethod(call)
  const { comments } = call.instance.state
  const node = visibleNode(call.instance.state, call.identity.account.id, Number(id))
  if (node === undefined) {
    throw new DavError('NotFound', 'Entity does not exist or is not available')
  }
  if (commentId === undefined) return onFile(call, node.id)
  const comment = commentsOn(comments, node.id).find(entry => String(entry.id) === commentId)
  if (comment === undefined) throw new DavError('NotFound')
  return onComment(call, comment)
}

function onFile(call: DavCall, fileId: number): Reply {
  const { comments } = call.instance.state
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, fileResource(call, fileId))
    case 'REPORT':
      return filterComments(call, fileId)
    case 'POST': {
      const message = messageFromBody(call)
      const author = call.identity.account.id
      const now = call.instance.settings.now()
      const { id } = addComment(comments, fileId, author, message, now)
      const location = hrefOf(call, [...call.names, String(id)], false)
      return reply(201, { ...html, 'Content-Location': location })
    }
    case 'PROPPATCH':
      return proppatch(call, hrefOf(call, call.names, true), ({ name, value }) => {
        if (name !== oc('readMarker')) return undefined
        const time = Date.parse(value ?? '')
        const marker = Number.isNaN(time) ? call.instance.settings.now() : time
        return () => {
          comments.readMarkers.set(`${call.identity.account.id}:${fileId}`, marker)
        }
      })
  }
  throw unhandledMethod(call)
}

function onComment(call: DavCall, comment: Comment): Reply {
  const own = comment.author === call.identity.account.id
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, commentResource(call, comment))
    case 'PROPPATCH':
      return proppatch(call, hrefOf(call, call.names, false), ({ name, value = '' }) => {
        if (name !== oc('message')) return undefined
        if (!own) {
          throw new DavError('Forbidden', 'Only authors are allowed to edit their comment.')
        }
        checkLength(value)
        return () => {
          comment.message = value
        }
      })
    case 'DELETE':
      if (!own) {
        throw new DavError('Forbidden', 'Only authors are allowed to edit their comment.')
      }
      removeComment(call.instance.state.comments, comment)
      return reply(204, html)
  }
  throw unhandledMethod(call)
}

/** REPORT `oc:filter-comments`: a page of the comments, newest first. */
function filterComments(call: DavCall, fileId: number): Reply {
  const body = bodyXml(call)
  if (body?.name !== oc('filter-comments')) throw unsupportedReport(body)
  const offset = Number(childOf(body, oc('offset'))?.text ?? 0)
  const limit = Number(childOf(body, oc('limit'))?.text ?? 0)
  const since = Date.parse(childOf(body, oc('datetime'))?.text ?? '')
  const found = commentsOn(call.instance.state.comments, fileId)
    .filter(({ created }) => Number.isNaN(since) || created > since)
    .slice(offset, limit > 0 ? offset + limit : undefined)
  const responses = found.map(comment =>
    describe(commentResource(call, comment), commentProperties),
  )
  return multistatusReply(multistatus(responses, { indented: true }))
}

function messageFromBody(call: DavCall): string {
  const parsed = parseJson(call.exchange.body.toString('utf8'))
  const fields: Record<string, unknown> = typeof parsed === 'object' ? { ...parsed } : {}
  if (fields.actorType !== 'users') {
    throw new DavError('BadRequest', `Invalid actor "${text(fields.actorType) ?? ''}"`)
  }
  const message = text(fields.message)
  if (message === undefined || fields.verb !== 'comment') {
    throw new DavError('BadRequest', 'Invalid input values')
  }
  checkLength(message)
  return message
}

function checkLength(message: string): void {
  if ([...message].length <= lengthLimit) return
  throw new DavError('BadRequest', `Message exceeds allowed character limit of ${lengthLimit}`)
}

function fileResource(call: DavCall, fileId: number): Resource {
  const { comments } = call.instance.state
  const marker = comments.readMarkers.get(`${call.identity.account.id}:${fileId}`)
  return {
    href: hrefOf(call, call.names, true),
    defaults: [resourcetype, oc('readMarker')],
    property: name => {
      if (name === resourcetype) return '<d:collection/>'
      if (name === oc('readMarker')) return marker === undefined ? '' : httpDate(marker)
      return undefined
    },
    children: () => commentsOn(comments, fileId).map(comment => commentResource(call, comment)),
  }
}

function commentResource(call: DavCall, comment: Comment): Resource {
  return {
    href: hrefOf(call, [...call.names.slice(0, 3), String(comment.id)], false),
    defaults: [resourcetype, ...commentProperties],
    property: name => (name === resourcetype ? '' : property(call, comment, name)),
  }
}

function property(call: DavCall, comment: Comment, name: string): string | undefined {
  const { directory, comments } = call.instance.state
  switch (name) {
    case oc('id'):
      return String(comment.id)
    case oc('parentId'):
    case oc('topmostParentId'):
    case oc('childrenCount'):
      return '0'
    case oc('verb'):
      return 'comment'
    case oc('actorType'):
      return 'users'
    case oc('actorId'):
      return escapeXml(comment.author)
    case oc('creationDateTime'):
      return httpDate(comment.created)
    case oc('latestChildDateTime'):
      return ''
    case oc('objectType'):
      return 'files'
    case oc('objectId'):
      return String(comment.fileId)
    case oc('message'):
      return escapeXml(comment.message)
    case oc('actorDisplayName'):
      return escapeXml(directory.accounts.get(comment.author)?.displayName ?? '')
    case oc('isUnread'):
      return String(isUnread(comments, call.identity.account.id, comment))
    case oc('mentions'):
      return mentionsIn(call, comment.message)
  }
  return undefined
}

/** People named in a message as `@bob` or `@"bob builder"`, each once. */
function mentionsIn(call: DavCall, message: string): string {
  const found = new Set<string>()
  for (const [, quoted, plain] of message.matchAll(/(?<!\w)@(?:"([\w@.' -]+)"|([\w@.'-]+))/g)) {
    found.add(quoted ?? plain ?? '')
  }
  return [...found]
    .map(id => {
      const account = call.instance.state.directory.accounts.get(id)
      return (
        '<oc:mention><oc:mentionType>user</oc:mentionType>' +
        `<oc:mentionId>${escapeXml(id)}</oc:mentionId>` +
        `<oc:mentionDisplayName>${escapeXml(account?.displayName ?? '')}</oc:mentionDisplayName>` +
        '</oc:mention>'
      )
    })
    .join('')
}
