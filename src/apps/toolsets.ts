/** Sets of apps that are often wanted together, by a name for each; any app is a set of its own. */

/** Ids of apps by the name of the set. */
export const TOOLSETS: Readonly<Record<string, readonly string[]>> = {
  organizer: ['core', 'notes', 'calendar', 'contacts', 'tasks'],
  documents: ['core', 'files', 'sharing', 'notes', 'collectives', 'tables'],
  teamwork: ['core', 'deck', 'talk', 'collectives', 'tables', 'forms', 'polls'],
  communication: ['core', 'mail', 'talk', 'contacts', 'notifications', 'user_status'],
  reading: ['core', 'news', 'cookbook'],
}

/** The apps of the named sets; a name that is none stands for the app of that name. */
export function appsOf(toolsets: readonly string[]): string[] {
  return [...new Set(toolsets.flatMap(name => TOOLSETS[name] ?? [name]))]
}
