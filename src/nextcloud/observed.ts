/** What whoever counts or traces requests to Nextcloud is told: no address, no body, no credential. */

/** One try of a request. */
export interface ObservedRequest {
  /** Whose interface it is, of {@link appOf}. */
  readonly app: string
  readonly method: string
}

/** Follows requests. */
export interface RequestObserver {
  /** Sends one try, with further headers where it likes. */
  around<T extends { readonly status: number }>(
    request: ObservedRequest,
    send: (headers: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T>
  /** It will be sent again, for a status or a `connection_error`. */
  retried(request: ObservedRequest, reason: string): void
}

/** Apps as the interface is called by, where that is not their id. */
const RENAMED: Readonly<Record<string, string>> = {
  files_sharing: 'sharing',
  spreed: 'talk',
  calendars: 'calendar',
  addressbooks: 'contacts',
  login: 'core',
  status: 'core',
  cloud: 'core',
  search: 'core',
  core: 'core',
}
const APPS = new Set(
  'bookmarks circles collectives cookbook dav deck files forms mail news notes notifications polls tables tasks text user_status webhook_listeners'.split(
    ' ',
  ),
)

/** Whose interface a path below the instance is: a word out of a small set. */
export function appOf(path: string): string {
  const dav = /^\/remote\.php\/(?:dav|webdav)(?:\/([\w-]+))?/.exec(path)
  if (dav !== null) return RENAMED[dav[1] ?? ''] ?? 'webdav'
  const [, app = ''] = /^\/(?:index\.php\/|ocs\/v[12]\.php\/)?(?:apps\/)?(\w+)/.exec(path) ?? []
  return RENAMED[app] ?? (APPS.has(app) ? app : 'other')
}
