import { createHash } from 'node:crypto'
import { levelOf } from '../collectives/manage.ts'
import { pageJson, pagesOf } from '../collectives/pages.ts'
import type { Collective } from '../collectives/store.ts'
import { integer, text } from '../http.ts'
import { isEnabled } from '../instance.ts'
import { listNotes, noteData } from '../notes/notes.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsFault } from '../ocs/failures.ts'
import { type Route, route } from '../ocs/route.ts'
import { homeOf } from '../storage/changes.ts'
import {
  descendantsOf,
  type FolderNode,
  namesOf,
  nodeAt,
  type StoredNode,
} from '../storage/tree.ts'
import { attendeeOf, isLive } from '../talk/store.ts'

const defaultLimit = 5
const mostResults = 25

interface Found {
  title: string
  subline: string
  /** Below the address of the instance. */
  path: string
  attributes?: Record<string, string>
  icon: string
  /** Path of a picture of somebody. */
  avatar?: string
}

interface Provider {
  id: string
  app: string
  name: string
  order: number
  /** Whether it gives its finds in parts. */
  paginated: boolean
  search: (call: OcsCall, term: string) => Found[]
}

const providers: readonly Provider[] = [
  { id: 'collectives', app: 'collectives', name: 'Collectives', ...complete(4, findCollectives) },
  {
    id: 'collectives-pages',
    app: 'collectives',
    name: 'Collectives - Pages',
    ...complete(4, findPages),
  },
  { id: 'notes', app: 'notes', name: 'Notes', ...complete(4, findNotes) },
  {
    id: 'talk-message',
    app: 'spreed',
    name: 'Messages',
    order: 7,
    paginated: true,
    search: findMessages,
  },
  { id: 'files', app: 'files', name: 'Files', order: 5, paginated: true, search: findFiles },
]

/** The unified search, with a provider for each kind of thing that the demo finds. */
export const searchRoutes: readonly Route[] = [
  route('GET', 'search/providers', list),
  route('GET', 'search/providers/*/search', search),
]

function complete(order: number, find: Provider['search']) {
  return { order, paginated: false, search: find }
}

function list({ instance }: OcsCall): OcsResult {
  const { basePath } = instance.settings
  const found = providers
    .filter(({ app }) => isEnabled(instance, app))
    .map(({ id, app, name, order }) => ({
      id,
      appId: app,
      name,
      icon: `${basePath}/apps/${app}/img/app.svg`,
      order,
      triggers: [id],
      filters: { term: 'string' },
      inAppSearch: false,
    }))
  const hash = createHash('md5').update(JSON.stringify(found)).digest('hex')
  return ocsData(found, { ETag: `"${hash}"` })
}

function search(call: OcsCall): OcsResult {
  const { instance, matched, parameters } = call
  const provider = providers.find(({ id, app }) => id === matched[0] && isEnabled(instance, app))
  if (provider === undefined) throw new OcsFault()
  const term = text(parameters.term) ?? ''
  if (term === '') {
    return { statuscode: 400, message: '', data: 'String filter can’t be empty' }
  }
  const limit = Math.max(1, Math.min(integer(parameters.limit) ?? defaultLimit, mostResults))
  const start = integer(parameters.cursor) ?? 0
  const { name, paginated } = provider
  const all = provider.search(call, term.toLowerCase())
  const entries = paginated ? all.slice(start, start + limit) : all
  return ocsData({
    name,
    isPaginated: paginated,
    entries: entries.map(({ title, subline, path, attributes = [], icon, avatar }) => ({
      thumbnailUrl: avatar === undefined ? '' : instance.url + avatar,
      title,
      subline,
      resourceUrl: instance.url + path,
      icon,
      rounded: avatar !== undefined,
      attributes,
    })),
    cursor: paginated ? start + limit : null,
  })
}

function findFiles({ instance, identity }: OcsCall, term: string): Found[] {
  const home = homeOf(instance.state.storage, identity.account.id)
  return [...descendantsOf(home)]
    .filter(({ name }) => name.toLowerCase().includes(term))
    .toSorted((a, b) => b.mtime - a.mtime)
    .map(node => {
      const names = pathBelow(home, node)
      return {
        title: node.name,
        subline: names.length > 1 ? `in ${names.slice(0, -1).join('/')}` : '',
        path: `/f/${String(node.id)}`,
        icon: node.kind === 'folder' ? 'icon-folder' : 'icon-file',
        attributes: { fileId: String(node.id), path: `/${names.join('/')}` },
      }
    })
}

/** The folders of collectives are in several homes, and so below none of them. */
function pathBelow(home: FolderNode, node: StoredNode): string[] {
  const names = namesOf(node)
  return nodeAt(home, names) === node ? names : ['Collectives', ...names]
}

function findMessages({ instance, identity }: OcsCall, term: string): Found[] {
  const rooms = [...instance.state.talk.rooms.values()].filter(
    room => attendeeOf(room, identity.account.id) !== undefined,
  )
  return rooms.flatMap(room =>
    room.messages
      .filter(message => isLive(message) && message.text.toLowerCase().includes(term))
      .toReversed()
      .map(({ actorId, actorType, id, text, timestamp }) => ({
        title: `${attendeeOf(room, actorId)?.displayName ?? actorId} in ${room.name}`,
        subline: text,
        path: `/call/${room.token}#message_${String(id)}`,
        icon: 'icon-talk',
        avatar: `/avatar/${actorId}/512`,
        attributes: {
          conversation: room.token,
          messageId: String(id),
          actorType,
          actorId,
          timestamp: String(timestamp),
        },
      })),
  )
}

function findNotes({ instance, identity }: OcsCall, term: string): Found[] {
  const { state } = instance
  const userId = identity.account.id
  return listNotes(state, userId)
    .map(note => noteData(state, userId, note))
    .filter(({ title, content }) => `${title}\n${content}`.toLowerCase().includes(term))
    .map(({ id, title, content }) => ({
      title,
      subline: content.slice(0, 100),
      path: `/apps/notes/note/${String(id)}`,
      icon: 'icon-notes-trans',
    }))
}

function collectivesOf({ instance, identity }: OcsCall): Collective[] {
  const { state } = instance
  return [...state.collectives.collectives.values()].filter(
    collective =>
      collective.trashTimestamp === null && levelOf(state, collective, identity.account.id) > 0,
  )
}

function findCollectives(call: OcsCall, term: string): Found[] {
  return collectivesOf(call)
    .filter(({ folder }) => folder.name.toLowerCase().includes(term))
    .map(collective => ({
      title: withEmoji(collective.emoji, collective.folder.name),
      subline: '',
      path: `/apps/collectives/${encodeURIComponent(collective.folder.name)}`,
      icon: 'icon-collectives',
    }))
}

function findPages(call: OcsCall, term: string): Found[] {
  const { state } = call.instance
  const userId = call.identity.account.id
  return collectivesOf(call).flatMap(collective => {
    const reading = { state, collective, userId }
    return pagesOf(reading)
      .map(page => pageJson(reading, page))
      .filter(({ title }) => String(title).toLowerCase().includes(term))
      .map(({ id, title, emoji, slug, filePathString }) => {
        const name = withEmoji(collective.emoji, collective.folder.name)
        const below = filePathString === '' ? '' : ` - ${String(filePathString)}`
        const base = `/apps/collectives/${collective.slug}-${String(collective.id)}`
        return {
          title: withEmoji(emoji === null ? null : String(emoji), String(title)),
          subline: `In collective ${name}${below}`,
          path: `${base}/${String(slug)}-${String(id)}`,
          icon: 'icon-collectives-page',
        }
      })
  })
}

function withEmoji(emoji: string | null, name: string): string {
  return emoji === null ? name : `${emoji} ${name}`
}
