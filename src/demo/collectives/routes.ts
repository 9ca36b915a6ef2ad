import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import { type OcsRoute, ocsRoute } from '../ocs/route.ts'
import { forget } from '../storage/changes.ts'
import { type FileNode, seconds } from '../storage/tree.ts'
import { addCollective, canEdit, levelOf, mountAll, removeCollective } from './manage.ts'
import { fileNameOf } from './names.ts'
import * as pages from './pages.ts'
import type { Collective, PageRecord } from './store.ts'

const adminLevel = 8
const root = 'apps/collectives/api/v1.0/collectives'

/** The API of the Collectives app, version 1.0, as far as the demo has it. */
export const collectivesRoutes: readonly OcsRoute[] = [
  on('GET', '', call => listed(call, false)),
  on('POST', '', create),
  on('GET', '/trash', call => listed(call, true)),
  on('PATCH', '/trash/*', call => setTrashed(call, trashed(call), null)),
  on('DELETE', '/trash/*', remove),
  on('PUT', '/*', update),
  on('DELETE', '/*', call => {
    const collective = administered(call, 'delete')
    return setTrashed(call, collective, seconds(call.instance.state.storage))
  }),
  on('PUT', '/*/editLevel', setLevel('editLevel')),
  on('PUT', '/*/shareLevel', setLevel('shareLevel')),
  on('GET', '/*/search', () => ocsData({ pages: [] })),
  on('GET', '/*/tags', call => {
    const collective = collectiveOf(call)
    return ocsData({ tags: collective.tags.map(tag => tagJson(collective, tag)) })
  }),
  on('POST', '/*/tags', createTag),
  on('GET', '/*/pages', call => {
    const found = reading(call)
    return ocsData({ pages: pages.pagesOf(found).map(page => pages.pageJson(found, page)) })
  }),
  on('GET', '/*/pages/trash', call => {
    const found = editing(call)
    const { trash } = found.collective
    return ocsData({ pages: trash.flatMap(item => pages.trashedJson(found, item)) })
  }),
  on('PATCH', '/*/pages/trash/*', call => {
    const found = editing(call)
    return onePage(found, pages.restorePage(found, pageId(call)))
  }),
  on('DELETE', '/*/pages/trash/*', call => {
    const { node } = pages.trashItem(editing(call), pageId(call), 'delete')
    forget(call.instance.state.storage, node)
    return ocsData([])
  }),
  on('GET', '/*/pages/templates', call => {
    collectiveOf(call)
    return ocsData({ templates: [] })
  }),
  on('GET', '/*/pages/*', call => onePage(reading(call), pageOf(call))),
  on('POST', '/*/pages/*', call => {
    const found = editing(call)
    const title = text(call.parameters.title)
    if (title === undefined) throw new OcsFault()
    return onePage(found, pages.createPage(found, pageId(call), title))
  }),
  on('PUT', '/*/pages/*', call => {
    const found = editing(call)
    return onePage(found, pages.moveOrCopy(found, pageId(call), moveOf(call)))
  }),
  on('PUT', '/*/pages/*/to/*', call => {
    const id = integer(call.matched[2]) ?? 0
    const target = editing({ ...call, matched: [String(id)] })
    pages.moveOrCopy(editing(call), pageId(call), moveOf(call), target)
    return ocsData([])
  }),
  on('DELETE', '/*/pages/*', call =>
    ocsData({ page: pages.trashPage(editing(call), pageId(call)) }),
  ),
  on(
    'GET',
    '/*/pages/*/touch',
    changePage(() => undefined),
  ),
  on(
    'PUT',
    '/*/pages/*/emoji',
    changePage((record, { parameters }) => {
      const emoji = checkedEmoji(parameters.emoji)
      // What is null is told back, but what was there before stays.
      if (emoji === null) return { emoji: null }
      record.emoji = emoji
      return undefined
    }),
  ),
  on(
    'PUT',
    '/*/pages/*/fullWidth',
    changePage((record, { parameters }) => {
      record.isFullWidth = parameters.fullWidth === true
      return undefined
    }),
  ),
  on(
    'PUT',
    '/*/pages/*/subpageOrder',
    changePage((record, { parameters }) => {
      record.subpageOrder = orderOf(parameters.subpageOrder)
      return undefined
    }),
  ),
  on('GET', '/*/pages/*/attachments', call => {
    pageOf(call)
    return ocsData({ attachments: [] })
  }),
  on(
    'PUT',
    '/*/pages/*/tags/*',
    changeTags((tags, id) => [...new Set([...tags, id])]),
  ),
  on(
    'DELETE',
    '/*/pages/*/tags/*',
    changeTags((tags, id) => tags.filter(tag => tag !== id)),
  ),
]

function on(method: string, path: string, run: (call: OcsCall) => OcsResult): OcsRoute {
  return ocsRoute(method, root + path, run, 'collectives')
}

function listed(call: OcsCall, inTrash: boolean): OcsResult {
  const { state } = call.instance
  const found = [...state.collectives.collectives.values()].filter(collective => {
    const level = levelOf(state, collective, call.identity.account.id)
    return inTrash
      ? collective.trashTimestamp !== null && level >= adminLevel
      : collective.trashTimestamp === null && level > 0
  })
  return ocsData({ collectives: found.map(collective => json(call, collective)) })
}

function create(call: OcsCall): OcsResult {
  const { state } = call.instance
  const userId = call.identity.account.id
  const given = text(call.parameters.name)
  if (given === undefined) throw new OcsFault()
  const name = fileNameOf(given, '')
  if (name === '') throw new OcsRefusal(400, 'Empty collective name is not allowed')
  const team = [...state.teams.values()].find(
    candidate => candidate.name.toLowerCase() === name.toLowerCase(),
  )
  if (team !== undefined && (team.members.get(userId) ?? 0) < adminLevel) {
    throw new OcsRefusal(400, 'A team with that name exists')
  }
  if ([...state.collectives.collectives.values()].some(({ circleId }) => circleId === team?.id)) {
    throw new OcsRefusal(400, 'Collective already exists.')
  }
  const emoji = checkedEmoji(call.parameters.emoji) || null
  const collective = addCollective(state, userId, name, emoji, team)
  const info = team === undefined ? '' : `Created collective "${name}" for existing team.`
  return ocsData({ collective: json(call, collective), info })
}

function update(call: OcsCall): OcsResult {
  const collective = administered(call, 'update')
  const emoji = checkedEmoji(call.parameters.emoji)
  if (emoji !== null) collective.emoji = emoji || null
  return ocsData({ collective: json(call, collective) })
}

function setLevel(name: 'editLevel' | 'shareLevel'): (call: OcsCall) => OcsResult {
  return call => {
    const collective = administered(call, 'update')
    collective[name] = integer(call.parameters.level) ?? collective[name]
    return ocsData({ collective: json(call, collective) })
  }
}

function setTrashed(call: OcsCall, collective: Collective, at: number | null): OcsResult {
  collective.trashTimestamp = at
  mountAll(call.instance.state)
  return ocsData({ collective: json(call, collective) })
}

function remove(call: OcsCall): OcsResult {
  const { state } = call.instance
  const collective = trashed(call)
  const gone = json(call, collective)
  removeCollective(state, collective)
  if (['1', 'true'].includes(text(call.parameters.circle) ?? '')) {
    state.teams.delete(collective.circleId)
  }
  return ocsData({ collective: gone })
}

function createTag(call: OcsCall): OcsResult {
  const { collective } = editing(call)
  const name = text(call.parameters.name)
  const color = text(call.parameters.color)
  if (name === undefined || color === undefined) throw new OcsFault()
  if (collective.tags.some(tag => tag.name === name)) {
    throw new OcsRefusal(400, `Tag already exists for collective: ${name}`)
  }
  const tag = { id: call.instance.state.collectives.nextTagId++, name, color }
  collective.tags.push(tag)
  return ocsData({ tag: tagJson(collective, tag), info: '' })
}

function tagJson({ id }: Collective, tag: Collective['tags'][number]): object {
  return { id: tag.id, collectiveId: id, name: tag.name, color: tag.color }
}

function changeTags(change: (tags: number[], id: number) => number[]): OcsRoute['run'] {
  return changePage((record, call) => {
    const id = integer(call.matched[2]) ?? 0
    if (!collectiveOf(call).tags.some(tag => tag.id === id)) {
      throw new OcsRefusal(404, `Tag ${String(id)} not found for collective`)
    }
    record.tags = change(record.tags, id)
    return undefined
  })
}

/** A change to what is known of a page; `change` may say what the answer tells otherwise. */
function changePage(
  change: (record: PageRecord, call: OcsCall) => object | undefined,
): (call: OcsCall) => OcsResult {
  return call => {
    const found = editing(call)
    const page = pageOf(call)
    const record = pages.recordOf(found, page.id)
    const told = change(record, call)
    record.lastUserId = found.userId
    return ocsData({ page: { ...pages.pageJson(found, page), ...told } })
  }
}

function moveOf({ parameters }: OcsCall): pages.Move {
  return {
    parentId: integer(parameters.parentId) || undefined,
    title: text(parameters.title) || undefined,
    index: integer(parameters.index) ?? 0,
    copy: parameters.copy === true,
  }
}

function orderOf(value: unknown): number[] {
  let order: unknown
  try {
    order = typeof value === 'string' ? JSON.parse(value) : []
  } catch {
    order = undefined
  }
  if (Array.isArray(order) && order.every(Number.isInteger)) return order
  throw new OcsRefusal(403, 'Invalid format of subpage order')
}

/** An emoji, `''` to take it away, null for what was not given. */
function checkedEmoji(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return value === '' ? '' : null
  const [first, ...others] = new Intl.Segmenter().segment(value)
  const single = first !== undefined && others.length === 0
  if (!single || !/\p{Extended_Pictographic}/u.test(value) || [...value].length > 8) {
    throw new OcsFault()
  }
  return value
}

function onePage(found: pages.PageCall, page: FileNode): OcsResult {
  return ocsData({ page: pages.pageJson(found, page) })
}

function pageId({ matched }: OcsCall): number {
  return integer(matched[1]) ?? 0
}

function pageOf(call: OcsCall): FileNode {
  return pages.pageById(reading(call), pageId(call))
}

function reading(call: OcsCall): pages.PageCall {
  const { state } = call.instance
  return { state, collective: collectiveOf(call), userId: call.identity.account.id }
}

function editing(call: OcsCall): pages.PageCall {
  const found = reading(call)
  if (canEdit(found.state, found.collective, found.userId)) return found
  throw new OcsRefusal(403, 'Not allowed to edit collective')
}

function administered(call: OcsCall, verb: 'update' | 'delete'): Collective {
  const collective = collectiveOf(call)
  const userId = call.identity.account.id
  if (levelOf(call.instance.state, collective, userId) >= adminLevel) return collective
  const message = `Member ${userId} not allowed to ${verb} collective: ${String(collective.id)}`
  throw new OcsRefusal(403, message)
}

function collectiveOf({ instance, identity, matched }: OcsCall): Collective {
  const id = integer(matched[0]) ?? 0
  const collective = instance.state.collectives.collectives.get(id)
  if (collective === undefined || collective.trashTimestamp !== null) {
    throw new OcsRefusal(404, `Collective not found: ${String(id)}`)
  }
  if (levelOf(instance.state, collective, identity.account.id) > 0) return collective
  throw new OcsRefusal(404, 'Circle not found')
}

function trashed({ instance, identity, matched }: OcsCall): Collective {
  const id = integer(matched[0]) ?? 0
  const collective = instance.state.collectives.collectives.get(id)
  const level = collective && levelOf(instance.state, collective, identity.account.id)
  if (
    collective?.trashTimestamp === null ||
    collective === undefined ||
    (level ?? 0) < adminLevel
  ) {
    throw new OcsRefusal(404, `Collective not found in trash: ${String(id)}`)
  }
  return collective
}

function json({ instance, identity }: OcsCall, collective: Collective): object {
  const { state } = instance
  const level = levelOf(state, collective, identity.account.id)
  const members = state.teams.get(collective.circleId)?.members.size ?? 0
  const { id, slug, circleId, emoji, trashTimestamp, pageMode, editLevel, shareLevel } = collective
  return {
    id,
    slug,
    circleId,
    emoji,
    trashTimestamp,
    pageMode,
    name: collective.folder.name,
    level,
    editPermissionLevel: editLevel,
    sharePermissionLevel: shareLevel,
    canEdit: level >= editLevel,
    canShare: level >= shareLevel,
    shareToken: null,
    isPageShare: false,
    sharePageId: 0,
    shareEditable: false,
    userPageOrder: 0,
    userShowMembers: true,
    userShowRecentPages: true,
    userFavoritePages: [],
    canLeave: members > 1,
  }
}
