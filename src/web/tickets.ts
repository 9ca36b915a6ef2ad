/**
 * Links that an AI client hands to its user. Whoever opens one still has to be that user: a ticket
 * says what is to be done and for whom, and proves nothing.
 */
import { randomBytes } from 'node:crypto'
import type { Scope } from '../identity/scopes.ts'
import type { Pending } from '../vault/vault.ts'

/** What a link is for. */
export interface Ticket {
  /** `access`: reach Nextcloud for the user; `background`: while the user is away. */
  readonly kind: 'access' | 'background'
  /** The user as this server knows them (`sub`). */
  readonly userId: string
  /** Undefined: for whichever client. */
  readonly clientId?: string | undefined
  readonly clientName?: string | undefined
  /** Whether the person has said yes already, on a page of this server. */
  readonly confirmed?: boolean
  /** Scopes to be ticked when the page opens. */
  readonly scopes: readonly Scope[]
}

/** Makes and reads links. */
export interface Tickets {
  /** @returns the ticket's id, for a link */
  issue(ticket: Ticket): Promise<string>
  get(id: string): Promise<Ticket | undefined>
  /** @returns whether it was there */
  use(id: string): Promise<boolean>
}

const KIND = 'ticket'
const TTL_MS = 3_600_000

/** @see Tickets */
export function createTickets(pending: Pending): Tickets {
  return {
    async issue(ticket) {
      const id = randomBytes(24).toString('base64url')
      await pending.put(KIND, id, { ...ticket }, TTL_MS)
      return id
    },
    async get(id) {
      return (await pending.get(KIND, id)) as Ticket | undefined
    },
    use: async id => (await pending.take(KIND, id)) !== undefined,
  }
}
