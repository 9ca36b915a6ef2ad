/** Wires what people decide about: their connections, the pages, and the tools that lead there. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { BackgroundAccess } from '../access/background.ts'
import { createConnectionApp } from '../apps/connection/index.ts'
import { createConnections } from '../authorization/connections.ts'
import type { AuthorizationKeys } from '../authorization/keys.ts'
import type { Config, OAuthConfig, OAuthMode } from '../config/config.ts'
import type { AccessToken, BearerCaller } from '../identity/caller.ts'
import { InvalidToken } from '../identity/invalid-token.ts'
import type { Scope } from '../identity/scopes.ts'
import type { App } from '../mcp/app.ts'
import type { CallerUser } from '../mcp/tool.ts'
import type { Nextcloud } from '../nextcloud/session.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Meter } from '../telemetry/meter.ts'
import type { Vault } from '../vault/vault.ts'
import { createBrowsers } from '../web/browser.ts'
import { accessPath, authorizeNextcloudPath, createPages, type Pages } from '../web/index.ts'
import { createLogins } from '../web/logins.ts'
import { createTickets } from '../web/tickets.ts'
import { wireBackground } from './background.ts'
import { type Builtin, once } from './builtin.ts'
import type { ProviderConnection } from './provider.ts'
import { wireProviderClient } from './provider-client.ts'
import type { SearchWiring } from './search.ts'
import { searchPages } from './search-pages.ts'

/** The pages, as a router. */
export type PagesRouter = Hono<{ Bindings: HttpBindings }>

/** What is there for people. */
export interface People {
  /** Whether a good token still counts. @throws InvalidToken */
  readonly accept: ((token: AccessToken) => Promise<void>) | undefined
  /** A page on which a caller connects Nextcloud, for the first time or again. */
  connectUrl(caller: BearerCaller): Promise<string>
  pages(): Promise<PagesRouter>
  readonly apps: readonly App[]
  /** Access while users are away, for jobs; undefined: switched off. */
  readonly background: BackgroundAccess | undefined
}

/** What it is wired with. */
export interface PeopleOptions {
  readonly config: Config
  readonly mode: OAuthMode
  readonly oauth: OAuthConfig
  readonly issuer: Builtin | ProviderConnection
  readonly keys: () => Promise<AuthorizationKeys>
  readonly scopes: { readonly all: readonly Scope[] }
  readonly nextcloud: Nextcloud
  readonly vault: Vault
  readonly log: Logger
  /** Search by meaning; undefined: switched off. */
  readonly search: SearchWiring | undefined
  readonly meter: Meter | undefined
}

/** @see People */
export function wirePeople(options: PeopleOptions): People {
  const { config, oauth, issuer, nextcloud, vault, log, meter } = options
  const { serverUrl } = oauth
  const builtin = issuer.server === undefined ? undefined : issuer
  const base = new URL(serverUrl).pathname.replace(/\/+$/, '')
  const tickets = createTickets(vault.pending)
  const report = (error: unknown) =>
    log.warn({ error: (error as Error).message }, 'an app password is left over')
  const connections = createConnections({ vault, nextcloud, report })
  /** An identity provider's users connect once; the built-in server's, each client by itself. */
  const clientOf = ({ clientId }: Pick<CallerUser, 'clientId'>) =>
    builtin === undefined ? undefined : clientId
  const link = async (user: CallerUser, scopes: readonly Scope[]): Promise<string> => {
    const clientId = clientOf(user)
    const known = await connections.find(user.userId, clientId)
    const ticket = await tickets.issue({
      kind: 'access',
      userId: user.userId,
      scopes,
      ...(clientId === undefined ? {} : { clientId }),
      ...(known?.name === undefined ? {} : { clientName: known.name }),
    })
    return serverUrl + accessPath(ticket)
  }
  const offered = options.scopes.all
  // What a client gives back is given back to Nextcloud too.
  builtin?.onRevoked(({ userId, clientId }) => {
    connections.disconnect(userId, clientId).catch(report)
  })
  const background = wireBackground({ oauth, issuer, nextcloud, vault, meter })
  const backgroundPath = builtin === undefined ? authorizeNextcloudPath : accessPath

  return {
    background,
    accept: builtin && (token => stillConnected(vault, token)),
    async connectUrl(caller) {
      const known = await connections.find(caller.userId, clientOf(caller))
      return link(caller, known?.scopes ?? offered.filter(scope => caller.scopes.has(scope)))
    },
    pages: once(async () => {
      const [secret = ''] = (await options.keys()).cookies
      const authorization = await builtin?.server()
      const nextcloudUrl = config.nextcloud.publicUrl ?? config.nextcloud.url
      const sessions = vault.browserSessions
      const made: Pages = {
        serverUrl,
        nextcloudUrl,
        base,
        browsers: createBrowsers({ serverUrl, nextcloudUrl, secret, sessions }),
        logins: createLogins({
          pending: vault.pending,
          http: nextcloud.http,
          publicUrl: config.nextcloud.publicUrl,
          discard: connections.discard,
        }),
        tickets,
        connections,
        offered,
        vault,
        authorization,
        signInAt: builtin === undefined ? 'provider' : 'nextcloud',
        background: background && {
          path: oauth.background.grantable ? backgroundPath : undefined,
          status: background.status,
          revoke: background.revoke,
        },
        search: options.search && searchPages(options.search),
        log,
      }
      if (issuer.server !== undefined) return createPages(made)
      const { pending, refreshTokens } = vault
      return createPages(made, {
        client: wireProviderClient(oauth, issuer),
        pending,
        refreshTokens,
      })
    }),
    apps: [
      createConnectionApp({
        connection:
          options.mode === 'login_flow'
            ? {
                grantable: offered,
                async find(user) {
                  const found = await connections.find(user.userId, clientOf(user))
                  return found && { loginName: found.loginName, scopes: found.scopes }
                },
                isAccepted: user => connections.isAccepted(user.userId, clientOf(user)),
                setScopes: (user, scopes) =>
                  connections.setScopes(user.userId, clientOf(user), scopes),
                link,
              }
            : undefined,
        background:
          background && oauth.background.grantable
            ? {
                status: user => background.status(user.userId),
                revoke: async user => (await background.revoke(user.userId)).existed,
                async link({ userId }) {
                  const ticket = await tickets.issue({
                    kind: 'background',
                    userId,
                    scopes: offered,
                  })
                  return serverUrl + backgroundPath(ticket)
                },
              }
            : undefined,
      }),
    ],
  }
}

/**
 * A token of the built-in server is worth what is stored for its client: nothing, once that was
 * revoked, and nothing still, once the client was connected anew.
 */
async function stillConnected(
  { appPasswords }: Vault,
  { userId, clientId, issuedAt }: AccessToken,
): Promise<void> {
  const entry = clientId === undefined ? undefined : await appPasswords.get(userId, clientId)
  // Tokens tell their time in whole seconds.
  const isOlder = issuedAt !== undefined && entry !== undefined && issuedAt + 999 < entry.createdAt
  if (entry === undefined || isOlder) throw new InvalidToken('the user has revoked it')
}
