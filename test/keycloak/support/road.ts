/** The way from the MCP server to Keycloak, where everything is seen and which can be cut off. */
import { createServer, type Server, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Environment } from '../../../src/config/config.ts'
import type { Keycloak } from './keycloak.ts'

/** The way. */
export interface Road {
  /** Settings with which the MCP server goes it; browsers go straight to Keycloak. */
  readonly environment: Environment
  /** What came by since this was last emptied: `token refresh_token`, `revoke`, `certs` ... */
  readonly passed: string[]
  /** Nobody listens from here on. */
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

/** Opens it. */
export async function openRoad(keycloak: Keycloak): Promise<Road> {
  const upstream = new URL(keycloak.issuer)
  const passed: string[] = []
  const open = async (port: number): Promise<Server> => {
    const server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const { method, url: path = '', headers } = incoming
      const grant = new URLSearchParams(body.toString()).get('grant_type') ?? ''
      passed.push(`${path.split('/').at(-1)} ${grant}`.trim())
      const { hostname: host, port: at } = upstream
      send({ host, port: at, method, path, headers }, answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(outgoing)
      })
        .on('error', () => outgoing.destroy())
        .end(body)
    })
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    return server
  }
  const close = (server: Server) =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  let server: Server | undefined = await open(0)
  const { port } = server.address() as AddressInfo
  const cut = async () => {
    if (server !== undefined) await close(server)
    server = undefined
  }
  return {
    environment: {
      OIDC_DISCOVERY_URL: `http://127.0.0.1:${port}${upstream.pathname}/.well-known/openid-configuration`,
      NEXTCLOUD_PUBLIC_ISSUER_URL: keycloak.issuer,
    },
    passed,
    cut,
    async mend() {
      server ??= await open(port)
    },
    close: cut,
  }
}
