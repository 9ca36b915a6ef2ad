import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import type { Route } from '../ocs/route.ts'
import { seconds } from '../storage/tree.ts'
import { checkedEmoji, collectiveOf, editing, on } from './call.ts'
import { addCollective, levelOf, mountAll, removeCollective } from './manage.ts'
import { fileNameOf } from './names.ts'
import { pageRoutes } from './page-routes.ts'
import type { Collective } from './store.ts'

const adminLevel = 8

/** The API of the Collectives app, version 1.0, as far as the demo has it. */
export const collectivesRoutes: readonly Route[] = [
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
  ...pageRoutes,
]

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
  if (Buffer.byteLength(name) < 3) throw new OcsRefusal(403, 'Circle name is too short')
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

function administered(call: OcsCall, verb: 'update' | 'delete'): Collective {
  const collective = collectiveOf(call)
  const userId = call.identity.account.id
  if (levelOf(call.instance.state, collective, userId) >= adminLevel) return collective
  const message = `Member ${userId} not allowed to ${verb} collective: ${String(collective.id)}`
  throw new OcsRefusal(403, message)
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
