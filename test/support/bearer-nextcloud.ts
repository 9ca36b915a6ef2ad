/**
 * A Nextcloud that takes the bearer tokens of a provider, as one with user_oidc does: in front of
 * the demo, which has no provider of its own. Nothing but what Nextcloud checks is checked.
 */
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import type { Backend } from './backend.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** A request that came with a bearer token. */
export interface BearerRequest {
  method: string
  path: string
  token: string
  /** Undefined for a token that was refused. */
  claims: JWTPayload | undefined
  headers: Record<string, string | string[] | undefined>
}

/** The demo behind a check of tokens. */
export interface BearerNextcloud extends Backend {
  readonly bearers: BearerRequest[]
  /** Refuses a token from here on, as after its client was deleted. */
  refuse(token: string): void
}

/** Starts the check in front of a demo. */
export async function startBearerNextcloud(
  backend: Backend,
  idp: IdentityProvider,
): Promise<BearerNextcloud> {
  const { demo } = backend
  if (demo === undefined) throw new Error('only a demo takes the tokens of a test provider')
  const upstream = new URL(backend.url)
  const bearers: BearerRequest[] = []
  const refused = new Set<string>()
  const passwords = new Map<string, string>()
  const authorizationOf = (user: string) => {
    if (!passwords.has(user)) passwords.set(user, demo.appPassword(user))
    return `Basic ${btoa(`${user}:${passwords.get(user)}`)}`
  }
  const verify = async (token: string): Promise<JWTPayload | undefined> => {
    if (refused.has(token)) return undefined
    try {
      const keys = createRemoteJWKSet(new URL(`${idp.issuer}/jwks`))
      return (await jwtVerify(token, keys, { issuer: idp.issuer })).payload
    } catch {
      return undefined
    }
  }
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
    let authorization = headers.authorization
    if (token !== undefined) {
      const claims = await verify(token)
      bearers.push({ method, path, token, claims, headers: { ...headers } })
      const isApp = path.startsWith('/index.php/apps/')
      const isCors = isApp && headers['ocs-apirequest'] !== 'true'
      if (claims?.sub === undefined || isCors) {
        incoming.resume()
        outgoing.writeHead(401, { 'content-type': 'application/json; charset=utf-8' })
        const message = isCors ? 'CORS requires basic auth' : 'Current user is not logged in'
        outgoing.end(JSON.stringify({ message }))
        return
      }
      authorization = authorizationOf(claims.sub)
    }
    const passed = send(
      {
        host: upstream.hostname,
        port: upstream.port,
        method,
        path,
        headers: {
          ...headers,
          host: upstream.host,
          ...(authorization === undefined ? {} : { authorization }),
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
    ...backend,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bearers,
    refuse: token => refused.add(token),
    async close() {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await backend.close()
    },
  }
}
