import { type DavCall, hrefOf } from './call.ts'

const basic = ['d:read', 'd:read-acl', 'd:read-current-user-privilege-set']
const inside = ['d:write-properties', 'd:write-content', 'd:unlock', 'd:write-acl']
const below = ['d:write-properties', 'd:write-content', 'd:unlock', 'd:bind', 'd:unbind']

/** What one may do, in the order Nextcloud lists it. */
export const privileges = {
  all: ['d:all', 'd:read', 'd:write', ...below, 'd:write-acl', ...basic.slice(1)],
  home: ['d:write', ...below, 'd:write-acl', ...basic],
  calendar: ['d:write', ...below, 'd:write-acl', ...basic, 'cal:read-free-busy'],
  readOnlyCalendar: ['d:write-properties', ...basic, 'cal:read-free-busy'],
  subscription: ['d:write-properties', 'cal:read-free-busy', ...basic],
  book: ['d:write-properties', 'd:write', ...below.slice(1), 'd:write-acl', ...basic],
  readOnly: ['d:write-properties', ...basic],
  nothing: basic,
  object: ['d:write', ...inside, ...basic],
  card: ['d:write-properties', 'd:write', ...inside.slice(1), ...basic],
  deletedObject: ['d:unbind', ...basic],
  inboxObject: ['d:all', 'd:read', 'd:write', ...inside, ...basic.slice(1)],
  inbox: [
    'cal:schedule-deliver',
    'cal:schedule-deliver-invite',
    'cal:schedule-deliver-reply',
    'cal:schedule-query-freebusy',
    'd:unbind',
    'd:write-properties',
    ...basic,
  ],
  outbox: [
    'cal:schedule-send',
    'cal:schedule-send-invite',
    'cal:schedule-send-reply',
    'cal:schedule-send-freebusy',
    'cal:schedule-post-vevent',
    ...basic,
  ],
  principal: [...basic, 'd:all', 'd:write', ...below, 'd:write-acl'],
} as const satisfies Record<string, readonly string[]>

/** The value of `current-user-privilege-set`. */
export function privilegeSet(names: readonly string[]): string {
  return names.map(name => `<d:privilege><${name}/></d:privilege>`).join('')
}

/** The value of `owner`, `principal-URL` and the like: the address of a user's principal. */
export function principalHref(call: DavCall, userId: string): string {
  return `<d:href>${hrefOf(call, ['principals', 'users', userId], true)}</d:href>`
}

const everywhere = [
  'd:expand-property',
  'd:principal-match',
  'd:principal-property-search',
  'd:principal-search-property-set',
]

/** The value of `supported-report-set`; those of every resource come with those given. */
export function reportSet(before: readonly string[] = [], after: readonly string[] = []): string {
  const names = [...before, ...everywhere, ...after, 'oc:filter-comments', 'oc:filter-files']
  return names
    .map(name => `<d:supported-report><d:report><${name}/></d:report></d:supported-report>`)
    .join('')
}

/** The value of `supported-collation-set`, with the prefix of its namespace. */
export function collationSet(prefix: 'cal' | 'card'): string {
  return ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap']
    .map(name => `<${prefix}:supported-collation>${name}</${prefix}:supported-collation>`)
    .join('')
}
