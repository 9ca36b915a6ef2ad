/**
 * Calendars or address books to choose from, as a hint names them: `personal, home-1 (Family)`.
 * A call takes the name; the display name is the one that people know.
 */
export function nameList(collections: readonly { name: string; displayName: string }[]): string {
  return collections
    .map(({ name, displayName }) => (name === displayName ? name : `${name} (${displayName})`))
    .join(', ')
}
