import { randomInt } from 'node:crypto'
import { type Credentials, createCredentials } from './auth.ts'
import { createCalendars } from './calendars/store.ts'
import { createCollectives } from './collectives/store.ts'
import { createContacts } from './contacts/store.ts'
import { createComments } from './dav/comment-store.ts'
import { createTags } from './dav/tag-store.ts'
import { createDeck } from './deck/store.ts'
import { createForms } from './forms/store.ts'
import { createMailStore } from './mail/store.ts'
import { createNews } from './news/store.ts'
import { createNotifications } from './notifications/store.ts'
import { createPolls } from './polls/store.ts'
import { fillWithSamples } from './samples/fill.ts'
import type { SharingPolicy } from './shares/policy.ts'
import { createShares } from './shares/store.ts'
import type { State } from './state.ts'
import { homeOf } from './storage/changes.ts'
import { createStorage } from './storage/tree.ts'
import { createTables } from './tables/store.ts'
import { createTalk } from './talk/store.ts'
import { createDirectory, type DemoUser } from './users.ts'
import type { Web } from './web.ts'

/** What stays the same for the life of a demo. */
export interface Settings {
  /** Path prefix without trailing slash, or an empty string. */
  basePath: string
  users: readonly DemoUser[]
  apps: ReadonlySet<string>
  sampleData: boolean
  now: () => number
  web: Web
  protectAgainstBruteForce: boolean
  sharing: SharingPolicy
}

/** A running demo: settings, credentials and state. */
export interface Instance {
  settings: Settings
  /** Like Nextcloud's: `oc` and ten letters or digits. Part of cookie names and of `oc:id`. */
  id: string
  /** Address of the instance without trailing slash, known once the server listens. */
  url: string
  /** App passwords outlive a reset, so that a client need not be set up again. */
  credentials: Credentials
  state: State
}

/**
 * The apps the demo knows. Files, WebDAV and the provisioning API cannot be disabled; CalDAV and
 * CardDAV belong to WebDAV, and are there without the apps that show them.
 */
export const knownApps = [
  'files',
  'notes',
  'files_sharing',
  'files_trashbin',
  'files_versions',
  'systemtags',
  'comments',
  'calendar',
  'contacts',
  'tasks',
  'tables',
  'cookbook',
  'news',
  'deck',
  'spreed',
  'forms',
  'polls',
  'mail',
  'circles',
  'collectives',
  'notifications',
  'user_status',
] as const

/** Makes an instance in its initial state. */
export function createInstance(settings: Settings): Instance {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  const random = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')
  return {
    settings,
    id: `oc${random}`,
    url: '',
    credentials: createCredentials(settings.protectAgainstBruteForce, settings.now),
    state: createState(settings),
  }
}

/** Puts everything back to the initial data; only app passwords stay. */
export function resetInstance(instance: Instance): void {
  instance.state = createState(instance.settings)
  instance.credentials.known.clear()
  instance.credentials.failures?.clear()
}

function createState(settings: Settings): State {
  const state: State = {
    directory: createDirectory(settings.users, Math.floor(settings.now() / 1000)),
    storage: createStorage(settings.now),
    trash: new Map(),
    shares: createShares(),
    tags: createTags(),
    calendars: createCalendars(),
    contacts: createContacts(),
    tables: createTables(),
    deck: createDeck(),
    ownProperties: new Map(),
    comments: createComments(),
    teams: new Map(),
    collectives: createCollectives(),
    notifications: createNotifications(),
    statuses: new Map(),
    uploads: new Map(),
    notesSettings: new Map(),
    cookbooks: new Map(),
    news: createNews(),
    talk: createTalk(),
    forms: createForms(),
    polls: createPolls(),
    mail: createMailStore(settings.now),
    directLinks: new Map(),
    logins: new Map(),
    sessions: new Map(),
    locks: new Map(),
  }
  for (const user of settings.users) homeOf(state.storage, user.id)
  if (settings.sampleData) fillWithSamples(state)
  return state
}

/** Whether an app is enabled. */
export function isEnabled(instance: Instance, app: string): boolean {
  return instance.settings.apps.has(app)
}

/** Whether another request holds an exclusive lock on a path (with leading slash) of a user. */
export function isLocked(instance: Instance, userId: string, path: string): boolean {
  const { locks } = instance.state
  return locks.size > 0 && locks.has(`${userId}:${path}`)
}
