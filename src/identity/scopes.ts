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
  'forms',
  'polls',
  'notifications',
  'status',
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

const KNOWN: ReadonlySet<string> = new Set(SCOPES)

/** A scope of this server in either spelling, `notes:read` or `notes.read`; undefined for others. */
export function parseScope(text: string): Scope | undefined {
  const canonical = text.replace('.', ':')
  return KNOWN.has(canonical) ? (canonical as Scope) : undefined
}

/** The spelling with a dot, for providers that do not take a colon. */
export function dotted(scope: Scope): string {
  return scope.replace(':', '.')
}

/**
 * What to ask people for so that an operation can be done: who may write wants to read as well.
 * Only for asking: a granted scope never stands for another one.
 */
export function impliedScopes(scopes: readonly Scope[]): Scope[] {
  const wanted = new Set<string>(scopes)
  for (const scope of scopes) {
    const read = scope.replace(/:(write|send)$/, ':read')
    if (KNOWN.has(read)) wanted.add(read)
  }
  return SCOPES.filter(scope => wanted.has(scope))
}
