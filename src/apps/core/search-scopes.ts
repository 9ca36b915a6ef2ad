/** What a token must allow so that the unified search may look into what a provider finds. */
import { SCOPES, type Scope } from '../../identity/scopes.ts'

/** Providers of apps that have several. */
const BY_ID = new Map<string, Scope>([
  ['calendar', 'calendar:read'],
  ['contacts', 'contacts:read'],
  ['tasks', 'todo:read'],
])

const BY_APP = new Map<string, Scope>([
  ['circles', 'sharing:read'],
  ['collectives', 'collectives:read'],
  ['comments', 'files:read'],
  ['cookbook', 'cookbook:read'],
  ['deck', 'deck:read'],
  ['files', 'files:read'],
  ['mail', 'mail:read'],
  ['news', 'news:read'],
  ['notes', 'notes:read'],
  ['spreed', 'talk:read'],
  ['systemtags', 'files:read'],
  ['tables', 'tables:read'],
])

const ALL: readonly Scope[] = SCOPES.filter(scope => scope.endsWith(':read'))

/** A provider of the unified search, as far as it matters here. */
interface Provider {
  id: string
  appId: string
}

/** All of these are needed; what is not known may find anything, and needs them all. */
export function scopesOf({ id, appId }: Provider): readonly Scope[] {
  const scope = appId === 'dav' ? BY_ID.get(id) : BY_APP.get(appId)
  return scope === undefined ? ALL : [scope]
}

/** Whether a provider may tell of files, whatever their tags are. */
export function findsFiles(provider: Provider): boolean {
  const scopes = scopesOf(provider)
  return scopes.length > 1 || scopes.includes('files:read')
}
