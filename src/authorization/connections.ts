/**
 * What people connected: an app password in their Nextcloud for each client, what it may do, and
 * how either of it ends, here and there.
 */
import { BACKGROUND_CLIENT } from '../access/background.ts'
import { parseScope, type Scope } from '../identity/scopes.ts'
import { hasCode } from '../nextcloud/errors.ts'
import { deleteAppPassword, type GrantedLogin } from '../nextcloud/login-flow.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import { currentUser, type User } from '../nextcloud/user.ts'
import type { AppPassword, Vault } from '../vault/vault.ts'
import type { ClientDescription } from './clients.ts'

/** One client, or whichever, that may act as a user. */
export interface Connection {
  /** Undefined: for whichever client the user comes with. */
  readonly clientId: string | undefined
  readonly name: string | undefined
  /** Host of the document that describes the client. */
  readonly host: string | undefined
  readonly loginName: string
  /** Undefined: no limit beyond that of the token. */
  readonly scopes: readonly Scope[] | undefined
  /** Milliseconds since 1970. */
  readonly connectedAt: number
  readonly lastUsedAt: number | undefined
}

/** What to connect. */
export interface NewConnection {
  /** The user as this server knows them (`sub`). */
  readonly userId: string
  /** The user's id in Nextcloud. */
  readonly nextcloudUserId: string
  readonly login: GrantedLogin
  readonly client?: ClientDescription | undefined
  readonly scopes: readonly Scope[]
}

/** Connects, lists and disconnects. */
export interface Connections {
  /** Whom the app password is of. @throws CodedError as any request */
  identify(login: GrantedLogin): Promise<User>
  /** Stores a new app password in place of any before, which is deleted in Nextcloud too. */
  connect(connection: NewConnection): Promise<void>
  /** Deletes the app password, in Nextcloud as well where that answers. @returns whether there was one */
  disconnect(userId: string, clientId: string | undefined): Promise<boolean>
  /** The connection as it is; undefined: there is none. */
  find(userId: string, clientId: string | undefined): Promise<Connection | undefined>
  /** Whether Nextcloud still takes the app password; one request. @throws CodedError */
  isAccepted(userId: string, clientId: string | undefined): Promise<boolean>
  list(userId: string): Promise<Connection[]>
  /** What the user's client is called, for 400 days after its end too; its id where it has no name. */
  nameOf(userId: string, clientId: string): Promise<string | undefined>
  /** @returns whether there was one */
  setScopes(
    userId: string,
    clientId: string | undefined,
    scopes: readonly Scope[],
  ): Promise<boolean>
  /** Gives an app password back that is not wanted any more. Failing is no matter. */
  discard(login: GrantedLogin): Promise<void>
}

/** What it works on. */
export interface ConnectionsOptions {
  readonly vault: Pick<Vault, 'appPasswords' | 'records'>
  readonly nextcloud: Nextcloud
  /** Told of what could not be deleted in Nextcloud. */
  readonly report: (error: unknown) => void
}

const KIND = 'connection'
/** How long a connection that ended is still known by its name. */
const NAMED_MS = 400 * 24 * 3_600_000

/** @see Connections */
export function createConnections({ vault, nextcloud, report }: ConnectionsOptions): Connections {
  const { appPasswords, records } = vault
  const sessionOf = ({ loginName, appPassword }: GrantedLogin) =>
    nextcloud.open({ kind: 'basic', loginName, password: appPassword })
  const discard = async (login: GrantedLogin): Promise<void> => {
    try {
      await deleteAppPassword(sessionOf(login))
    } catch (error) {
      // One that Nextcloud does not know any more is what was wanted.
      if (!hasCode(error, 'UNAUTHORIZED')) report(error)
    }
  }
  const connectionOf = async (entry: Omit<AppPassword, 'password'>): Promise<Connection> => {
    const known = await records.get(KIND, keyOf(entry.userId, entry.clientId))
    const { name, host } = (known?.payload ?? {}) as { name?: string; host?: string }
    return {
      clientId: entry.clientId,
      name,
      host,
      loginName: entry.loginName,
      scopes: entry.scopes?.map(parseScope).filter(scope => scope !== undefined),
      connectedAt: entry.createdAt,
      lastUsedAt: entry.lastUsedAt,
    }
  }

  return {
    identify: login => currentUser(sessionOf(login)),

    async connect({ userId, nextcloudUserId, login, client, scopes }) {
      const before = await appPasswords.get(userId, client?.id)
      if (client !== undefined) {
        const { name, host } = client
        await records.put(
          KIND,
          keyOf(userId, client.id),
          { name, ...(host === undefined ? {} : { host }) },
          { keys: { userId } },
        )
      }
      await appPasswords.put({
        userId,
        ...(client === undefined ? {} : { clientId: client.id }),
        loginName: login.loginName,
        nextcloudUserId,
        password: login.appPassword,
        scopes,
      })
      if (before !== undefined) {
        await discard({ loginName: before.loginName, appPassword: before.password })
      }
    },

    async disconnect(userId, clientId) {
      const entry = await appPasswords.get(userId, clientId)
      const existed = await appPasswords.delete(userId, clientId)
      // Its name stays for a while, for what the log says of it.
      const known = await records.get(KIND, keyOf(userId, clientId))
      if (known !== undefined) {
        const keys = { userId }
        await records.put(KIND, keyOf(userId, clientId), known.payload, { ttlMs: NAMED_MS, keys })
      }
      if (entry !== undefined) {
        await discard({ loginName: entry.loginName, appPassword: entry.password })
      }
      return existed
    },

    async find(userId, clientId) {
      const entry = await appPasswords.get(userId, clientId)
      return entry && connectionOf(entry)
    },

    async isAccepted(userId, clientId) {
      const entry = await appPasswords.get(userId, clientId)
      if (entry === undefined) return false
      try {
        await currentUser(sessionOf({ loginName: entry.loginName, appPassword: entry.password }))
        return true
      } catch (error) {
        if (hasCode(error, 'UNAUTHORIZED')) return false
        throw error
      }
    },

    async list(userId) {
      const entries = await appPasswords.list(userId)
      return Promise.all(
        entries.filter(({ clientId }) => clientId !== BACKGROUND_CLIENT).map(connectionOf),
      )
    },

    async nameOf(userId, clientId) {
      const known = await records.get(KIND, keyOf(userId, clientId))
      return known && ((known.payload as { name?: string }).name ?? clientId)
    },

    setScopes: (userId, clientId, scopes) => appPasswords.setScopes(userId, scopes, clientId),
    discard,
  }
}

function keyOf(userId: string, clientId: string | undefined): string {
  return JSON.stringify([userId, clientId ?? null])
}
