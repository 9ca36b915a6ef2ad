/**
 * The unified search: one provider for each kind of thing.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-api-overview.html
 */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, list, looseRecord, text } from '../../nextcloud/tolerant.ts'

const PROVIDERS_TTL_MS = 300_000

const Provider = z.object({
  id: z.string().min(1),
  appId: text(''),
  name: text(''),
  /** Only for the search within an app's own pages. */
  inAppSearch: flag(),
})
/** Somebody to ask. */
export type Provider = z.infer<typeof Provider>

const Entry = z.object({
  title: text(''),
  subline: text(''),
  resourceUrl: text(''),
  attributes: looseRecord(),
})
const Answer = z.object({
  name: text(''),
  isPaginated: flag(),
  entries: list(Entry).catch([]),
  cursor: text(null),
})
/** What a provider found; `cursor` leads on where it tells its finds in parts. */
export type Answer = z.infer<typeof Answer>

/** Everybody who can be asked, at most five minutes old. */
export function providers(session: Session): Promise<Provider[]> {
  return session.account.cached('search-providers', PROVIDERS_TTL_MS, () =>
    ocs(session.detached(), list(Provider), {
      path: '/search/providers',
      subject: 'the search providers',
    }),
  )
}

/** Asks one provider; one request. */
export function ask(
  session: Session,
  provider: Provider,
  { query, limit, cursor }: { query: string; limit: number; cursor: string | undefined },
): Promise<Answer> {
  return ocs(session, Answer, {
    path: `/search/providers/${encodeSegment(provider.id)}/search`,
    query: { term: query, limit, cursor },
    subject: `the search in "${provider.name || provider.id}"`,
  })
}
