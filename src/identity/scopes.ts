/** What a caller may do: OAuth scopes of this server's tools. */

const READ_WRITE_AREAS = [
  'notes',
  'calendar',
  'todo',
  'contacts',
  'files',
  'sharing',
  'deck',
  'tables',
  'cookbook',
  'news',
  'talk',
  'collectives',
] as const

/** A scope in its canonical spelling, with a colon. */
export type Scope =
  | `${(typeof READ_WRITE_AREAS)[number]}:${'read' | 'write'}`
  | `mail:${'read' | 'write' | 'send'}`
  | 'semantic:read'

/** Every scope that a tool may need, in the order in which people are asked for them. */
export const SCOPES: readonly Scope[] = [
  ...READ_WRITE_AREAS.flatMap(area => [`${area}:read`, `${area}:write`] as const),
  'mail:read',
  'mail:write',
  'mail:send',
  'semantic:read',
]
