/** Health for people and orchestrators. Readiness reports dependencies and does not fail on them. */
import { z } from 'zod'
import { isCodedError } from '../nextcloud/errors.ts'
import type { Http } from '../nextcloud/http.ts'
import { flag, text } from '../nextcloud/tolerant.ts'
import type { Discovery } from '../oidc/discovery.ts'
import { isIndexError } from '../search/index/errors.ts'
import { within } from '../telemetry/within.ts'
import { isVaultError } from '../vault/errors.ts'
import type { Composition } from './compose.ts'

const Status = z.object({
  installed: flag(),
  maintenance: flag(),
  needsDbUpgrade: flag(),
  versionstring: text(''),
  productname: text(''),
})
/** `GET /status.php`, which needs no login. */
export type Status = z.infer<typeof Status>

/** What the instance says of itself; one request. @throws CodedError as any request */
export async function instanceStatus(http: Http, signal?: AbortSignal): Promise<Status> {
  const reply = await http.send(
    { method: 'GET', path: '/status.php', headers: { accept: 'application/json' }, signal },
    undefined,
  )
  return reply.json(Status)
}

/** What this server needs, and whether it answers; never where it is, as nobody has to log in here. */
interface Dependency {
  reachable: boolean
  /** For Nextcloud in words; else a code. */
  error?: string
}

/** The answer of `/health/ready`. */
export interface Readiness {
  status: 'ok'
  nextcloud: Dependency & { version?: string; maintenance?: boolean }
  /** Only where there is one; while it was not found, `/mcp` answers 503. */
  provider?: { found: boolean; issuer?: string; error?: string }
  /** What is remembered about people; only where something is. */
  storage?: Dependency
  /**
   * The index and the ledger; only with search by meaning. `indexing` only where this process does
   * it: `trouble` while nothing is indexed for anybody.
   */
  search?: Dependency & { indexing?: 'ok' | 'trouble' }
}

const CHECK_EVERY_MS = 10_000
const CHECK_LIMIT_MS = 3_000

/** A report that asks what this server needs at most every 10 s, and waits for it at most 3 s. */
export function createReadiness(
  parts: Pick<Composition, 'config' | 'nextcloud' | 'oauth' | 'vault' | 'search'>,
): () => Promise<Readiness> {
  const { config, nextcloud, oauth, vault, search } = parts
  const check = async () => {
    const [cloud, storage, index] = await Promise.all([
      nextcloudReport(nextcloud.http),
      // Looks for a row that is not there.
      vault && dependency(() => vault.leases.holder('health')),
      search &&
        dependency(() => Promise.all([search.index.generations(), search.ledger.edition()])),
    ])
    return { nextcloud: cloud, ...(storage && { storage }), ...(index && { search: index }) }
  }
  let last: { at: number; report: ReturnType<typeof check> } | undefined
  return async () => {
    if (last === undefined || Date.now() - last.at > CHECK_EVERY_MS) {
      last = { at: Date.now(), report: check() }
    }
    const report = await last.report
    const indexing = search?.sync.trouble() === undefined ? 'ok' : 'trouble'
    return {
      status: 'ok',
      ...report,
      ...(report.search && {
        search: { ...report.search, ...(config.role !== 'api' && { indexing }) },
      }),
      ...(oauth && { provider: providerReport(oauth.discovery) }),
    }
  }
}
async function nextcloudReport(http: Http): Promise<Readiness['nextcloud']> {
  try {
    const status = await instanceStatus(http, AbortSignal.timeout(CHECK_LIMIT_MS))
    const { versionstring: version, maintenance } = status
    return { reachable: true, version, maintenance }
  } catch (error) {
    const message = isCodedError(error) ? error.message : 'A fault of this server'
    return { reachable: false, error: message }
  }
}

async function dependency(ask: () => Promise<unknown>): Promise<Dependency> {
  try {
    await within(ask(), CHECK_LIMIT_MS)
    return { reachable: true }
  } catch (error) {
    const isTold = isVaultError(error) || isIndexError(error)
    return { reachable: false, error: isTold ? error.code : 'UNREACHABLE' }
  }
}

function providerReport({ found, failure }: Discovery): NonNullable<Readiness['provider']> {
  if (found !== undefined) return { found: true, issuer: found.issuer }
  return { found: false, ...(failure === undefined ? {} : { error: failure.message }) }
}
