import type { CallerUser } from '../../mcp/tool.ts'
import type { Search } from '../../search/query/search.ts'
import type { SyncStatusSource } from '../../search/status.ts'

/** What the tools work on. */
export interface SearchServices {
  readonly search: Search
  readonly status: SyncStatusSource
  /**
   * A caller as the index knows them; undefined: nobody indexes what is theirs.
   * @param user undefined where callers are not told apart by tokens
   */
  userOf(user: CallerUser | undefined): Promise<string | undefined>
}
