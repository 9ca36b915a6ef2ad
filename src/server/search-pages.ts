/** Search by meaning for the pages: always for one user, who is in front of the screen. */
import type { SearchPages } from '../web/index.ts'
import type { SearchWiring } from './search.ts'

/** @param wiring what it works on */
export function searchPages(
  wiring: Pick<
    SearchWiring,
    'access' | 'ledger' | 'now' | 'search' | 'sources' | 'status' | 'sync'
  >,
): SearchPages {
  const { access, ledger, now, search, sources, status, sync } = wiring
  return {
    types: sources.map(({ type }) => type),
    search,
    async searcher(user, signal) {
      // Of a grant that ends between the two there is no session.
      const granted = await access.scopes(user)
      return { user, granted, session: await access.open(user, signal) }
    },
    report: status.report,
    isHeldUp: () => sync.trouble() !== undefined,
    async retry(user, document) {
      await ledger.revive({ user, ...document }, now())
      sync.wake()
    },
  }
}
