/**
 * The demo Nextcloud behind what user_oidc does: tokens of Keycloak whose audience names it are let
 * in as the user they are about. App passwords are its own matter; any other token finds nobody
 * signed in.
 */
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { startDemoNextcloud } from '../../../src/demo/index.ts'

/** A request that reached Nextcloud. */
export interface Arrival {
  method: string
  path: string
  /** Undefined without a token, or with one that was refused. */
  token: string | undefined
  claims: JWTPayload | undefined
  /** Who an app password was sent for. */
  loginName: string | undefined
}

/** A running Nextcloud. */
export interface Nextcloud {
  url: string
  /** What arrived since this was last emptied. */
  arrivals: Arrival[]
  /** What a user types on Nextcloud's own login page; nothing that Keycloak knows. */
  passwordOf(user: string): string
  close(): Promise<void>
}

/** Starts one with these users, each known to Keycloak under the same name. */
export async function startNextcloud(issuer: string, users: readonly string[]): Promise<Nextcloud> {
  const passwords = new Map(users.map(id => [id, crypto.randomUUID() as string]))
  const demo = await startDemoNextcloud({
    users: [...passwords].map(([id, password]) => ({ id, displayName: id, password })),
  })
  const upstream = new URL(demo.url)
  const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`))
  const arrivals: Arrival[] = []

  const verified = async (token: string | undefined): Promise<JWTPayload | undefined> => {
    if (token === undefined) return undefined
    return jwtVerify(token, keys, { issuer, audience: 'nextcloud' }).then(
      ({ payload }) => payload,
      () => undefined,
    )
  }
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
    const claims = await verified(token)
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1]
    const loginName = basic && Buffer.from(basic, 'base64').toString().split(':')[0]
    arrivals.push({ method, path, token, claims, loginName })
    const { authorization, ...others } = headers
    const user = claims?.preferred_username
    const passed = send(
      {
        host: upstream.hostname,
        port: upstream.port,
        method,
        path,
        headers: {
          ...others,
          host: upstream.host,
          ...(typeof user === 'string'
            ? { authorization: `Basic ${btoa(`${user}:${demo.appPassword(user)}`)}` }
            : basic === undefined
              ? {}
              : { authorization }),
        },
      },
      answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => incoming.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    passwordOf: user => passwords.get(user) ?? '',
    async close() {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await demo.close()
    },
  }
}
