import { parseJson, type Reply, reply, text } from '../http.ts'
import { visibleNode } from '../shares/mounts.ts'
import { escapeXml } from '../xml.ts'
import { type DavCall, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { DavError } from './errors.ts'
import { ns } from './multistatus.ts'
import { propfind } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { options, type Resource } from './resource.ts'
import { addTag, assignTag, removeTag, type Tag, tagsOfFile, unassignTag } from './tag-store.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
const oc = (name: string) => `{${ns.oc}}${name}`
const resourcetype = `{${ns.d}}resourcetype`

/** Answers a request below `systemtags`: the tags themselves. */
export function handleTags(call: DavCall): Reply {
  const [, id] = call.names
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (id === undefined) return onAllTags(call)
  const tag = visibleTag(call, id)
  if (tag === undefined) throw new DavError('NotFound', `Tag with id ${id} not found`)
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, tagResource(call, tag, call.names))
    case 'PROPPATCH':
      return proppatch(call, hrefOf(call, call.names, false), ({ name, value }) => {
        if (!mayAssign(call, tag)) return undefined
        if (name === oc('display-name') && value !== undefined && value !== '') {
          return () => {
            tag.name = value
          }
        }
        return undefined
      })
    case 'DELETE':
      if (!call.identity.account.admin) {
        throw new DavError('Forbidden', `No permission to delete tag ${id}`)
      }
      removeTag(call.instance.state.tags, tag.id)
      return reply(204, html)
  }
  throw unhandledMethod(call)
}

function onAllTags(call: DavCall): Reply {
  const { tags } = call.instance.state
  const { admin } = call.identity.account
  switch (call.exchange.method) {
    case 'PROPFIND': {
      const visible = [...tags.tags.values()].filter(tag => tag.visible || admin)
      return propfind(call, collectionOf(call, visible))
    }
    case 'POST': {
      const tag = createFromBody(call)
      return reply(201, {
        ...html,
        'Content-Location': hrefOf(call, ['systemtags', `${tag.id}`], false),
      })
    }
  }
  throw unhandledMethod(call)
}

/** Answers a request below `systemtags-relations/files/ID`: which tags a file has. */
export function handleTagRelations(call: DavCall): Reply {
  const [root = '', type, fileId, tagId] = call.names
  const { tags } = call.instance.state
  const { account } = call.identity
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (type !== 'files') throw notInCollection(type ?? '', root)
  if (fileId === undefined) throw unhandledMethod(call)
  const node = visibleNode(call.instance.state, account.id, Number(fileId))
  if (node === undefined) {
    throw new DavError('NotFound', 'Entity does not exist or is not available')
  }
  if (tagId === undefined) {
    if (call.exchange.method === 'PROPFIND') {
      return propfind(call, collectionOf(call, tagsOfFile(tags, node.id, account.admin)))
    }
    if (call.exchange.method !== 'POST') throw unhandledMethod(call)
    const tag = createFromBody(call)
    assignTag(tags, node.id, tag.id)
    const location = hrefOf(call, [...call.names, `${tag.id}`], false)
    return reply(201, { ...html, 'Content-Location': location })
  }
  return onRelation(call, node.id, tagId)
}

function onRelation(call: DavCall, fileId: number, tagId: string): Reply {
  const { tags } = call.instance.state
  const tag = visibleTag(call, tagId)
  const assigned = tag !== undefined && (tags.assigned.get(fileId)?.has(tag.id) ?? false)
  if (call.exchange.method === 'PUT') {
    if (assigned) throw new DavError('Conflict', 'PUT is not allowed on non-files.')
    if (tag === undefined) {
      const message = `Tag with id ${tagId} does not exist, cannot assign`
      throw new DavError('PreconditionFailed', message)
    }
    if (!mayAssign(call, tag)) {
      throw new DavError('Forbidden', `No permission to assign tag ${tagId}`)
    }
    assignTag(tags, fileId, tag.id)
    return reply(201, html)
  }
  if (!assigned) {
    throw new DavError('NotFound', `Tag with id ${tagId} not present for object ${fileId}`)
  }
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, tagResource(call, tag, call.names))
    case 'DELETE':
      if (!mayAssign(call, tag)) {
        throw new DavError('Forbidden', `No permission to unassign tag ${tagId}`)
      }
      unassignTag(tags, fileId, tag.id)
      return reply(204, html)
  }
  throw unhandledMethod(call)
}

function createFromBody(call: DavCall): Tag {
  const parsed = parseJson(call.exchange.body.toString('utf8'))
  const fields: Record<string, unknown> = typeof parsed === 'object' ? { ...parsed } : {}
  const name = text(fields.name)
  if (name === undefined) throw new DavError('BadRequest', 'Missing "name" attribute')
  const visible = fields.userVisible !== false
  const assignable = fields.userAssignable !== false
  if (!(visible && assignable) && !call.identity.account.admin) {
    throw new DavError('BadRequest', 'Not sufficient permissions')
  }
  const tag = addTag(call.instance.state.tags, name, visible, assignable)
  if (tag === undefined) throw new DavError('Conflict', 'Tag already exists')
  return tag
}

function visibleTag(call: DavCall, id: string): Tag | undefined {
  const tag = call.instance.state.tags.tags.get(Number(id))
  return tag !== undefined && (tag.visible || call.identity.account.admin) ? tag : undefined
}

function mayAssign(call: DavCall, tag: Tag): boolean {
  return tag.assignable || call.identity.account.admin
}

function collectionOf(call: DavCall, tags: readonly Tag[]): Resource {
  return {
    href: hrefOf(call, call.names, true),
    defaults: [resourcetype],
    property: name => (name === resourcetype ? '<d:collection/>' : undefined),
    children: () => tags.map(tag => tagResource(call, tag, [...call.names, `${tag.id}`])),
  }
}

function tagResource(call: DavCall, tag: Tag, names: readonly string[]): Resource {
  return {
    href: hrefOf(call, names, false),
    defaults: [resourcetype],
    property: name => {
      switch (name) {
        case resourcetype:
          return ''
        case oc('id'):
          return String(tag.id)
        case oc('display-name'):
          return escapeXml(tag.name)
        case oc('user-visible'):
          return String(tag.visible)
        case oc('user-assignable'):
          return String(tag.assignable)
        case oc('can-assign'):
          return String(mayAssign(call, tag))
      }
      return undefined
    },
  }
}
