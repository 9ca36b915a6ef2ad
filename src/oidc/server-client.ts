/**
 * This server as a client of the provider: from the environment, else from the storage, else
 * registered (RFC 7591) and stored, and registered anew before it expires.
 */
import { withLease } from '../vault/lease.ts'
import { type Clients, type Leases, UNKNOWN_ISSUER } from '../vault/vault.ts'
import { isProviderError, ProviderError } from './errors.ts'
import type { ClientCredentials, Provider } from './provider.ts'
import {
  belongsTo,
  deleteRegistration,
  type Registration,
  type RegistrationRequest,
  readRegistration,
  register,
  updateRegistration,
} from './registration.ts'

/** Where a client comes from. */
export type ClientSource = 'environment' | 'storage' | 'registration'

/** This server's client. */
export interface ServerClient extends ClientCredentials {
  readonly source: ClientSource
  /** Milliseconds since 1970; undefined: it does not expire. */
  readonly expiresAt: number | undefined
}

/** What the client is looked for in. */
export interface ServerClientOptions {
  /** The client that is configured; nothing else is then looked at. */
  readonly configured?: ClientCredentials | undefined
  /** Undefined: a registration lasts as long as the process. */
  readonly storage?: { readonly clients: Clients; readonly leases: Leases } | undefined
  readonly request: RegistrationRequest
  /** The clock; for tests. */
  readonly now?: () => number
}

/** Finds, makes and manages the client. Whatever the storage throws comes through. */
export interface ServerClients {
  /** The client if there is one, without registering. */
  known(provider: Provider): Promise<ServerClient | undefined>
  /**
   * The client, registered if there is none.
   * @throws ProviderError; after a failure at once, until its pause is over
   */
  get(provider: Provider): Promise<ServerClient>
  /**
   * To be told when the provider does not know the client (`invalid_client`): one that registered
   * itself may have been deleted there, and is forgotten so that the next is registered.
   */
  refused(provider: Provider, client: ServerClient): Promise<void>
  /** The registration as the provider has it; undefined: it knows none. */
  show(provider: Provider): Promise<Registration | undefined>
  /** Sends what this server registers as to the provider; undefined: it knows no registration. */
  update(provider: Provider): Promise<Registration | undefined>
  /** Deletes the registration, there and here. @returns whether the provider knew it */
  delete(provider: Provider): Promise<boolean>
}

/**
 * Does something as the client. A provider that does not know it (`invalid_client`) makes that
 * known to `clients`, so that the next call has one that it does know.
 */
export async function actingAs<T>(
  clients: Pick<ServerClients, 'refused'>,
  provider: Provider,
  client: ServerClient,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isProviderError(error) && error.details.oauthError === 'invalid_client') {
      await clients.refused(provider, client)
    }
    throw error
  }
}

const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 10 * 60_000
/** A provider that refuses every client shall not be given a new one for each request. */
const REPLACEMENT_PAUSE_MS = 60_000
/** Part of its lifetime that a client has left when it is replaced, at most an hour. */
const RENEWAL_PART = 0.1
const LONGEST_MARGIN_MS = 3_600_000

/** @see ServerClients */
export function createServerClients(options: ServerClientOptions): ServerClients {
  const { configured, storage, request, now = Date.now } = options
  const fixed: ServerClient | undefined = configured && {
    ...configured,
    source: 'environment',
    expiresAt: undefined,
  }
  let current: { client: ServerClient; renewAt: number } | undefined
  let looked = false
  let pending: Promise<ServerClient> | undefined
  let failed: { error: ProviderError; until: number; pauseMs: number } | undefined
  let replacedAt = Number.NEGATIVE_INFINITY

  const isUsable = ({ expiresAt }: { expiresAt: number | undefined }) =>
    expiresAt === undefined || expiresAt > now()
  const use = (registration: Registration, source: ClientSource): ServerClient => {
    const { clientId: id, clientSecret: secret, expiresAt } = registration
    const client = { id, secret, source, expiresAt }
    current = { client, renewAt: renewalTime(registration, now()) }
    return client
  }
  const store = async (provider: Provider, registration: Registration): Promise<void> => {
    const issuedAt = registration.issuedAt ?? now()
    await storage?.clients.put({ ...registration, issuedAt, issuer: provider.metadata.issuer })
  }
  const stored = async (provider: Provider): Promise<Registration | undefined> => {
    const own = await storage?.clients.get(provider.metadata.issuer)
    if (own !== undefined) return own
    const taken = await storage?.clients.get(UNKNOWN_ISSUER)
    // One without an issuer may be of any provider: its address has to say that it is of this one.
    if (taken?.registrationUri === undefined || !belongsTo(provider, taken.registrationUri)) {
      return undefined
    }
    await store(provider, taken)
    return taken
  }
  const look = async (provider: Provider): Promise<void> => {
    const registration = await stored(provider)
    looked = true
    // One that was made under another address of this server has that one's resource as well, and
    // what the provider tells it about tokens is about that one.
    const isOurs = request.redirectUris.every(uri => registration?.redirectUris.includes(uri))
    if (registration !== undefined && isOurs && isUsable(registration)) use(registration, 'storage')
  }
  const known = async (provider: Provider): Promise<ServerClient | undefined> => {
    if (fixed !== undefined) return fixed
    if (!looked) await look(provider)
    return current && isUsable(current.client) ? current.client : undefined
  }
  const replace = async (provider: Provider): Promise<ServerClient> => {
    // Another process may have done it while this one waited.
    await look(provider)
    if (current !== undefined && now() < current.renewAt) return current.client
    const registration = await register(provider, request)
    await store(provider, registration)
    return use(registration, 'registration')
  }
  const renew = (provider: Provider): Promise<ServerClient> => {
    const { issuer } = provider.metadata
    pending ??= (
      storage === undefined
        ? replace(provider)
        : withLease(storage.leases, `client ${issuer}`, () => replace(provider))
    )
      .then(
        client => {
          failed = undefined
          return client
        },
        (error: unknown) => {
          if (isProviderError(error)) failed = failureAfter(failed?.pauseMs, error, now())
          throw error
        },
      )
      .finally(() => {
        pending = undefined
      })
    return pending
  }
  const manageable = async (provider: Provider): Promise<Registration> => {
    if (fixed !== undefined) {
      throw new ProviderError(
        'MISCONFIGURED',
        'The client is the configured one (OIDC_CLIENT_ID); it is managed at the provider',
      )
    }
    const registration = await stored(provider)
    if (registration !== undefined) return registration
    throw new ProviderError('MISCONFIGURED', 'No registration is stored')
  }

  return {
    known,
    async get(provider) {
      const client = await known(provider)
      if (client !== undefined && (current === undefined || now() < current.renewAt)) return client
      const pausing = failed !== undefined && now() < failed.until ? failed.error : undefined
      if (client === undefined) {
        if (pausing !== undefined) throw pausing
        return renew(provider)
      }
      // One that still works for a while is better than none.
      return pausing === undefined ? renew(provider).catch(() => client) : client
    },
    async refused(provider, client) {
      if (client.source === 'environment' || current?.client.id !== client.id) return
      if (now() - replacedAt < REPLACEMENT_PAUSE_MS) return
      replacedAt = now()
      current = undefined
      const { issuer } = provider.metadata
      const kept = await storage?.clients.get(issuer)
      if (kept?.clientId === client.id) await storage?.clients.delete(issuer)
    },
    show: async provider => readRegistration(provider, await manageable(provider)),
    async update(provider) {
      const registration = await updateRegistration(provider, await manageable(provider), request)
      if (registration !== undefined) {
        await store(provider, registration)
        use(registration, 'storage')
      }
      return registration
    },
    async delete(provider) {
      const existed = await deleteRegistration(provider, await manageable(provider))
      await storage?.clients.delete(provider.metadata.issuer)
      current = undefined
      return existed
    },
  }
}

/** When a client is to be replaced; an infinite time for one that does not expire. */
function renewalTime({ issuedAt, expiresAt }: Registration, time: number): number {
  if (expiresAt === undefined) return Number.POSITIVE_INFINITY
  const lifetime = Math.max(expiresAt - (issuedAt ?? time), 0)
  return expiresAt - Math.min(lifetime * RENEWAL_PART, LONGEST_MARGIN_MS)
}

function failureAfter(previousPauseMs: number | undefined, error: ProviderError, time: number) {
  const pauseMs =
    previousPauseMs === undefined ? FIRST_PAUSE_MS : Math.min(previousPauseMs * 2, LONGEST_PAUSE_MS)
  return { error, until: time + Math.max(pauseMs, error.details.retryAfterMs ?? 0), pauseMs }
}
