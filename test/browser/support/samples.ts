/** Every page, with data as people have it and as nobody should. */
import type { Scope } from '../../../src/identity/scopes.ts'
import * as views from '../../../src/web/views/index.ts'

const { scopeAreas } = views

/** Makes a page. */
export type Sample = (context: views.PageContext) => string

const ASKED: readonly Scope[] = ['notes:read', 'notes:write', 'calendar:read', 'files:read']
const HOUR = 3_600_000
const NOW = Date.UTC(2026, 2, 14, 9, 30)

/** A name that tries everything: markup, direction, length, marks, nothing to break a line at. */
export const HOSTILE_NAME = `"><script>alert(1)</script>\u202egro.kcolrevo\u0000${'\u0301'.repeat(200)}${'W'.repeat(10_000)}`
const LONG_HOST = `${'very-long-'.repeat(6)}label.${'sub.'.repeat(12)}attacker.example:8443`

const consent: views.Consent = {
  action: '/submitted',
  client: { name: 'Claude', website: 'https://claude.ai/download' },
  redirect: { host: 'claude.ai', isLoopback: false },
  areas: scopeAreas({ asked: ASKED, checked: ASKED }),
}

const connection = (number: number): views.Connection => ({
  key: `c${number}`,
  clientName: ['Claude', 'Mistral Le Chat', 'مساعد الملفات', 'VS Code'][number % 4] ?? '',
  website: number % 4 === 1 ? 'https://chat.mistral.ai' : undefined,
  redirectHost: ['claude.ai', 'chat.mistral.ai', 'files.example', '127.0.0.1:33418'][number % 4],
  scopes: number % 2 === 0 ? ASKED : ['mail:read', 'mail:send', 'semantic:read', 'talk:write'],
  connectedAt: NOW - 40 * 24 * HOUR,
  ...(number % 3 === 2 ? {} : { lastUsedAt: NOW - number * HOUR }),
  revokeAction: `/submitted?revoke=${number}`,
  editHref: '/connection',
})

const overview: views.Overview = {
  connections: [0, 1, 2].map(connection),
  background: { state: 'on', since: NOW - HOUR, onAction: '/submitted', offAction: '/submitted' },
  notice: 'revoked',
  logHref: '/log',
  searchHref: '/search',
  signOutAction: '/submitted?sign-out',
}

const hostileConnection = { ...connection(0), clientName: HOSTILE_NAME, redirectHost: LONG_HOST }

const waiting: views.Waiting = {
  purpose: 'connect',
  clientName: 'Claude',
  loginUrl: 'https://cloud.example.org/login/v2/flow/abc',
  stateUrl: '/state',
  cancelAction: '/submitted?cancel',
  appPasswordName: 'Claude (nextcloud-mcp-server)',
}

const search: views.SearchView = {
  action: '/search',
  longestQuery: 500,
  types: ['note', 'file', 'calendar_event', 'deck_card', 'news_item', 'mail_message'],
  question: { query: 'boiler service', types: ['note', 'file'], mode: 'keyword', page: 2 },
  found: {
    from: 11,
    rows: [
      {
        type: 'file',
        title: 'Heating.pdf',
        place: 'Household/Manuals',
        modifiedAt: NOW - 300 * HOUR,
        page: 3,
        href: 'https://cloud.example.org/index.php/f/4711',
        passage: [
          { text: 'The ', isWord: false },
          { text: 'boiler', isWord: true },
          { text: ' is to be inspected every twelve months by a plumber.', isWord: false },
        ],
      },
      {
        type: 'mail_message',
        title: HOSTILE_NAME,
        place: HOSTILE_NAME,
        passage: [{ text: 'W'.repeat(500), isWord: true }],
      },
    ],
    hasMore: true,
    isByWordsOnly: true,
    unchecked: 2,
    notSearched: ['calendar_event'],
  },
  index: {
    access: 'allowed',
    allowHref: '/app#background',
    isHeldUp: true,
    isRebuilt: true,
    why: 'RATE_LIMITED',
    apps: [
      { type: 'note', documents: 120, waiting: 30, running: 2, failed: 0, listedAt: NOW },
      { type: 'file', documents: 4_711, waiting: 0, running: 0, failed: 60, listedAt: NOW - HOUR },
      { type: 'mail_message', documents: 0, waiting: 0, running: 0, failed: 0, why: 'NO_SCOPE' },
    ],
    failures: [
      { type: 'file', id: '1', name: '/Household/Contract.pdf', why: 'ENCRYPTED' },
      { type: 'file', id: '2', name: HOSTILE_NAME, why: 'something_that_has_no_words' },
    ],
  },
  retryAction: '/submitted?retry',
  isRetried: true,
}

const FAULTS: readonly views.Fault[] = [
  'request-expired',
  'other-browser',
  'nextcloud-unreachable',
  'too-many',
  'other-user',
  'client-refused',
  'form-expired',
  'provider-failed',
  'no-background',
  'not-found',
  'internal',
]

const ENDS: readonly views.Done[] = ['connected', 'denied', 'cancelled', 'signed-out']

/** As noted in the audit log, and one that nobody has words for. */
const EVENTS = [
  'store_app_password',
  'update_app_password_scopes',
  'rotate_refresh_token',
  'delete_app_password',
  'something_that_has_no_words',
]

/** Pages by name. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  consent: context => views.consentPage({ ...context, user: undefined }, consent),
  'consent-loopback': context =>
    views.consentPage(context, {
      ...consent,
      client: { name: 'Visual Studio Code' },
      redirect: { host: '127.0.0.1:33418', isLoopback: true },
      account: 'alice',
      problem: 'nothing-chosen',
    }),
  'consent-scheme': context =>
    views.consentPage(context, {
      ...consent,
      client: { name: 'Cursor', website: 'https://cursor.com' },
      redirect: { host: 'anysphere.cursor-mcp', isLoopback: false, scheme: 'cursor' },
      areas: scopeAreas({ asked: ['mail:read'], checked: ['mail:read', 'mail:send'] }),
    }),
  'consent-hostile': context =>
    views.consentPage(context, {
      ...consent,
      client: { name: HOSTILE_NAME, website: `https://${LONG_HOST}` },
      redirect: { host: LONG_HOST, isLoopback: false },
      account: 'w'.repeat(300),
    }),
  access: context =>
    views.accessPage(context, { action: '/submitted', areas: consent.areas, account: 'alice' }),
  'access-one': context =>
    views.accessPage(context, {
      action: '/submitted',
      areas: consent.areas,
      account: 'alice',
      clientName: 'Claude',
    }),
  'access-background': context =>
    views.accessPage(context, {
      action: '/submitted',
      areas: consent.areas,
      purpose: 'background',
    }),
  waiting: context => views.waitingPage({ ...context, user: undefined }, waiting),
  'sign-in': context =>
    views.signInPage(
      { ...context, user: undefined },
      { action: '/submitted', how: 'nextcloud', returnTo: '/app/log' },
    ),
  'sign-in-provider': context =>
    views.signInPage(
      { ...context, user: undefined },
      { action: '/submitted', how: 'provider', returnTo: '/app' },
    ),
  overview: context => views.overviewPage(context, overview),
  'overview-empty': context =>
    views.overviewPage(context, {
      ...overview,
      connections: [],
      background: { state: 'off', onAction: '/submitted', offAction: '/submitted' },
      notice: undefined,
    }),
  'overview-many': context =>
    views.overviewPage(context, {
      ...overview,
      connections: [
        hostileConnection,
        ...Array.from({ length: 39 }, (_, each) => connection(each)),
      ],
      background: { state: 'unavailable', onAction: '/submitted', offAction: '/submitted' },
    }),
  connection: context =>
    views.connectionPage(context, {
      action: '/submitted',
      clientName: 'Claude',
      areas: scopeAreas({ asked: ASKED, checked: ASKED.slice(0, 2) }),
    }),
  'connection-any': context =>
    views.connectionPage(context, {
      action: '/submitted',
      clientName: undefined,
      areas: scopeAreas({ asked: ASKED, checked: ASKED.slice(0, 2) }),
    }),
  'sign-in-link': context =>
    views.signInPage(
      { ...context, user: undefined },
      { action: '/submitted', how: 'provider', returnTo: '/app/access/ticket' },
    ),
  log: context =>
    views.logPage(context, {
      entries: Array.from({ length: 12 }, (_, index) => ({
        time: NOW - index * 7 * HOUR,
        event: EVENTS[index % EVENTS.length] ?? '',
        resource: index % 3 === 0 ? undefined : 'Claude',
        about: ([undefined, 'gone', 'background'] as const)[index % 5],
        method: [undefined, 'login_flow', 'notes:read notes:write calendar:read'][index % 3],
      })),
      olderHref: '/log?older',
    }),
  search: context => views.searchPage(context, search),
  'search-problem': context =>
    views.searchPage(context, {
      ...search,
      found: undefined,
      problem: 'search-down',
      index: { access: 'allowed', allowHref: '/app#background' },
    }),
  'search-not-allowed': context =>
    views.searchPage(context, {
      ...search,
      found: undefined,
      index: { access: 'not-allowed', allowHref: '/app#background' },
    }),
  'last-click': context => views.donePage(context, 'connected', '/'),
  'log-empty': context => views.logPage(context, { entries: [] }),
  ...Object.fromEntries(
    FAULTS.map(fault => [
      fault,
      (context: views.PageContext) => views.faultPage(context, fault, '/'),
    ]),
  ),
  ...Object.fromEntries(
    ENDS.map(done => [done, (context: views.PageContext) => views.donePage(context, done)]),
  ),
}

/** Pages that differ from another one in nothing but their words. */
export const ONLY_WORDS: ReadonlySet<string> = new Set([
  'access-one',
  'access-background',
  'connection-any',
  'sign-in-link',
  ...FAULTS.slice(1),
  'last-click',
  ...ENDS.slice(1),
])
