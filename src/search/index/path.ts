/** Paths as folders are compared by. */

/**
 * A path in one spelling: `/Work/plan.md`. How a Mac writes an accent does not matter; case does, as
 * in Nextcloud. The root is empty, so that every folder's path followed by `/` begins what is in it.
 */
export function comparablePath(path: string): string {
  const segments = path.normalize('NFC').split('/')
  return segments.flatMap(segment => (segment === '' ? [] : `/${segment}`)).join('')
}
