/** What changed in a collection since it was last asked about (RFC 6578). */
import { hasCode } from '../errors.ts'
import type { Reply } from '../reply.ts'
import type { Session } from '../session.ts'
import { pathBelow } from './homes.ts'
import type { DavResource } from './multistatus.ts'
import { document, escapeXml, parseXml } from './xml.ts'

/** A server that always has more to tell is not followed for ever. */
const MOST_PIECES = 100

/** What to ask for. */
export interface SyncQuery {
  /** Percent-encoded path of the collection. */
  readonly path: string
  /** Undefined: of all that there is. */
  readonly token: string | undefined
  /** Properties to tell, with the prefixes of {@link document}. */
  readonly properties: string
  readonly maxBytes: number
  /** What the collection is called in errors. */
  readonly subject: string
  /** Reads an answer. */
  readonly read: (reply: Reply) => DavResource[]
}

/** What is different since a token. */
export interface CollectionChanges {
  readonly resources: readonly DavResource[]
  /** Paths of what is no longer there. */
  readonly gone: readonly string[]
  /** For the next time. */
  readonly token: string
}

/**
 * The changes since a token; one request, more where the server tells them piece by piece.
 * @returns undefined where the token is no longer known: everything has to be read again
 * @throws CodedError `TOO_LARGE` above `maxBytes`
 */
export async function syncCollection(
  session: Session,
  { path, token, properties, maxBytes, subject, read }: SyncQuery,
): Promise<CollectionChanges | undefined> {
  const found: DavResource[] = []
  const gone: string[] = []
  let from = token
  for (let piece = 0; piece < MOST_PIECES; piece++) {
    const reply = await session
      .send({
        method: 'REPORT',
        path,
        headers: { 'content-type': 'application/xml; charset=utf-8' },
        body: document(
          'd:sync-collection',
          `<d:sync-token>${escapeXml(from ?? '')}</d:sync-token>` +
            `<d:sync-level>1</d:sync-level><d:prop>${properties}</d:prop>`,
        ),
        expect: [207],
        maxBytes,
        subject,
      })
      .catch((error: unknown) => {
        if (from !== undefined && isTokenRefused(error)) return undefined
        throw error
      })
    if (reply === undefined) return undefined
    const resources = read(reply)
    for (const resource of resources) {
      const below = resource.status === 404 ? pathBelow(session, resource.href) : undefined
      if (below === undefined) found.push(resource)
      else gone.push(below)
    }
    const next = tokenOf(reply.text())
    if (next === undefined) throw reply.unusable('a list of changes without a token')
    // 507 beside the others: there is more (RFC 6578 3.6).
    const isCut = resources.some(({ status }) => status === 507)
    if (!isCut || next === from) return { resources: found, gone, token: next }
    from = next
  }
  return undefined
}

/** 403 with `valid-sync-token` (RFC 6578 3.2), and what proxies and old versions make of it. */
function isTokenRefused(error: unknown): boolean {
  const refused = ['FORBIDDEN', 'BAD_INPUT', 'CONFLICT'] as const
  return refused.some(
    code => hasCode(error, code) && /sync.?token/i.test(error.details.serverMessage ?? ''),
  )
}

/** The token that ends a list of changes. */
function tokenOf(text: string): string | undefined {
  const end = text.slice(-2_000)
  const element = /<(?:[\w-]+:)?sync-token\b[^>]*>([^<]*)<\/(?:[\w-]+:)?sync-token>/.exec(end)
  return element === null ? undefined : parseXml(`<t>${element[1]}</t>`).text.trim() || undefined
}
