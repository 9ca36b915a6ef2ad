/** Health for people and orchestrators. Readiness reports dependencies and does not fail on them. */
import { z } from 'zod'
import type { Http } from '../nextcloud/http.ts'
import { flag, text } from '../nextcloud/tolerant.ts'
import type { Discovery } from '../oidc/discovery.ts'

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

/** The answer of `/health/ready`. */
export interface Readiness {
  status: 'ok'
  nextcloud: { reachable: boolean; version?: string; maintenance?: boolean; error?: string }
  /** Only where there is one; while it was not found, `/mcp` answers 503. */
  provider?: { found: boolean; issuer?: string; error?: string }
}

const CHECK_EVERY_MS = 10_000
const CHECK_LIMIT_MS = 3_000

/** A readiness report that asks Nextcloud at most every 10 s and waits for it at most 3 s. */
export function createReadiness(http: Http, discovery?: Discovery): () => Promise<Readiness> {
  let last: { at: number; report: Promise<Readiness['nextcloud']> } | undefined
  const check = async (): Promise<Readiness['nextcloud']> => {
    try {
      const status = await instanceStatus(http, AbortSignal.timeout(CHECK_LIMIT_MS))
      const { versionstring: version, maintenance } = status
      return { reachable: true, version, maintenance }
    } catch (error) {
      return { reachable: false, error: (error as Error).message }
    }
  }
  return async () => {
    if (last === undefined || Date.now() - last.at > CHECK_EVERY_MS) {
      last = { at: Date.now(), report: check() }
    }
    return {
      status: 'ok',
      nextcloud: await last.report,
      ...(discovery === undefined ? {} : { provider: providerReport(discovery) }),
    }
  }
}

function providerReport({ found, failure }: Discovery): NonNullable<Readiness['provider']> {
  if (found !== undefined) return { found: true, issuer: found.issuer }
  return { found: false, ...(failure === undefined ? {} : { error: failure.message }) }
}
