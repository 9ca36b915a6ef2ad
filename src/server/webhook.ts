/**
 * Where Nextcloud's webhook_listeners tell that something changed. Nothing that comes is believed:
 * it only has the documents of a user listed sooner than they would be anyway, with the access that
 * the user gave.
 * @see https://docs.nextcloud.com/server/latest/admin_manual/webhook_listeners/index.html
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { readRequestBody } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { DocumentType } from '../search/document.ts'

/** What it is made with. */
export interface WebhookOptions {
  readonly secret: string
  /** Those whose documents are indexed, by the names of their partitions. */
  readonly users: () => Promise<readonly string[]>
  /** Has documents listed soon. */
  readonly hint: (user: string, types: readonly DocumentType[]) => Promise<void>
  /** Told of what could not be passed on. */
  readonly onError: (error: unknown) => void
  /** Milliseconds in which hints are gathered. Default 2,000. */
  readonly gatherMs?: number
}

/** Answers requests to the webhook's address. */
export interface WebhookReceiver {
  receive(request: Request): Promise<Response>
  /** Drops what was gathered. */
  close(): void
}

const MAX_BYTES = 64 * 1024
/** Beyond, hints say nothing new: each has all documents of a kind listed. */
const MAX_PER_SECOND = 100
/** Where an event names nobody known, as many are looked at; for more there is the interval. */
const MOST_GUESSED = 20
const GATHER_MS = 2_000

/** Which documents an event may be about, by the beginning of its class. */
const TYPES_BY_EVENT: readonly (readonly [string, readonly DocumentType[]])[] = [
  ['OCP\\Files\\', ['file', 'note']],
  ['OCP\\Calendar\\', ['calendar_event']],
  ['OCA\\DAV\\', ['calendar_event']],
  ['OCA\\Deck\\', ['deck_card']],
  ['OCA\\News\\', ['news_item']],
  ['OCA\\Mail\\', ['mail_message']],
]

const Node = z.object({ path: z.string() }).optional().catch(undefined)
const Payload = z.object({
  event: z.object({ class: z.string(), node: Node, source: Node, target: Node }),
  user: z.object({ uid: z.string() }).nullish().catch(undefined),
})

/** A receiver for one secret. */
export function createWebhookReceiver(options: WebhookOptions): WebhookReceiver {
  const { secret, users, hint, onError, gatherMs = GATHER_MS } = options
  const expected = digest(`Bearer ${secret}`)
  const gathered = new Map<string, Set<DocumentType>>()
  let timer: NodeJS.Timeout | undefined
  let [second, received] = [0, 0]

  const isTooOften = () => {
    const now = Math.floor(performance.now() / 1_000)
    if (now !== second) [second, received] = [now, 0]
    return ++received > MAX_PER_SECOND
  }

  const passOn = async () => {
    timer = undefined
    const told = [...gathered]
    gathered.clear()
    const known = await users()
    const guessed = known.length <= MOST_GUESSED ? known : []
    for (const [name, types] of told) {
      const concerned = known.includes(name) ? [name] : guessed
      for (const user of concerned) await hint(user, [...types])
    }
  }

  const gather = ({ event, user }: z.infer<typeof Payload>) => {
    const types = TYPES_BY_EVENT.find(([prefix]) => event.class.startsWith(prefix))?.[1] ?? []
    if (types.length === 0) return
    for (const name of concernedBy(event, user?.uid)) {
      const all = gathered.get(name) ?? new Set()
      for (const type of types) all.add(type)
      // Names come from outside: more of them than users are told as one who is not known.
      if (gathered.size < 1_000 || gathered.has(name)) gathered.set(name, all)
    }
    timer ??= setTimeout(() => void passOn().catch(onError), gatherMs).unref()
  }

  return {
    async receive(request) {
      if (request.method !== 'POST') return answer(405)
      const given = digest(request.headers.get('authorization') ?? '')
      if (!timingSafeEqual(given, expected)) return answer(401)
      if (isTooOften()) return answer(429)
      const body = await readRequestBody(request, MAX_BYTES)
      if (body.tooLarge) return answer(413)
      const payload = parsed(body.text)
      if (payload === undefined) return answer(400)
      gather(payload)
      return answer(204)
    },
    close() {
      clearTimeout(timer)
      gathered.clear()
    },
  }
}

/** User ids that an event names: whoever caused it, and whose the files are. */
function concernedBy(
  { node, source, target }: z.infer<typeof Payload>['event'],
  uid: string | undefined,
): Set<string> {
  const owners = [node, source, target].map(
    each => /^\/([^/]+)\/files\//.exec(each?.path ?? '')?.[1],
  )
  const named = [...owners, uid].filter(name => name !== undefined)
  return new Set(named.length === 0 ? [''] : named)
}

function parsed(text: string): z.infer<typeof Payload> | undefined {
  try {
    return Payload.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Of one length, so that comparing takes the same time for whatever was given. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function answer(status: number): Response {
  return new Response(null, {
    status,
    ...(status === 401 ? { headers: { 'www-authenticate': 'Bearer' } } : {}),
  })
}
