/** An AI app as people have them: the SDK's client, told nothing but the address. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { clientMemory } from '../../support/sdk-client.ts'

/** The app; close it when done. */
export interface AiApp {
  /** Where it is sent back to. */
  readonly redirect: string
  /** Its own page, which opens the sign-in in a small window and is told how it went. */
  readonly page: string
  /** Tries to connect, which ends at the address that a browser has to open. */
  begin(): Promise<URL>
  /** The address that a browser came back with. */
  back(): Promise<URL>
  /** Exchanges what came back for tokens. @returns the connected client */
  finish(back: URL): Promise<Client>
  /** The tokens as they are kept. */
  tokens(): { access_token: string; scope?: string } | undefined
  close(): Promise<void>
}

export interface AiAppOptions {
  readonly name: string
  /** Scopes to ask for; undefined: what the server suggests. */
  readonly scope?: string
  /** An address of a scheme of its own; undefined: a port of loopback. */
  readonly redirect?: string
}

const CALLBACK = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Back</title>
<main><h1>Back in the app</h1></main>
<script>opener?.postMessage(location.search, '*')</script></html>`
const OPENER = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>App</title>
<main><h1>App</h1><p><button>Connect</button></p><output></output></main><script>
document.querySelector('button').onclick = () =>
  open(decodeURIComponent(location.hash.slice(1)), 'sign-in', 'popup,width=500,height=700')
onmessage = ({ data }) => { document.querySelector('output').textContent = data }
</script></html>`

/** Starts it; it has never heard of the server. */
export async function startAiApp(url: string, options: AiAppOptions): Promise<AiApp> {
  let arrived: (url: URL) => void = () => {}
  const back = new Promise<URL>(resolve => {
    arrived = resolve
  })
  const server = createServer((request, response) => {
    const here = new URL(request.url ?? '/', home)
    const isBack = here.pathname === '/callback'
    response.setHeader('content-type', 'text/html').end(isBack ? CALLBACK : OPENER)
    if (isBack) arrived(here)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const redirect = options.redirect ?? `${home}/callback`

  const { name, scope } = options
  const { provider: authProvider, kept } = clientMemory({
    name,
    redirect,
    ...(scope === undefined ? {} : { scope }),
  })
  const transportOf = () =>
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { authProvider })
  const clientOf = () => new Client({ name: options.name, version: '1' })
  let waiting = transportOf()
  const clients: Client[] = []

  return {
    redirect,
    page: `${home}/`,
    async begin() {
      waiting = transportOf()
      const refused = await clientOf()
        .connect(waiting)
        .then(
          () => undefined,
          (error: unknown) => error,
        )
      if (kept.authorization === undefined) throw refused ?? new Error('it was let in')
      return kept.authorization
    },
    back: () => back,
    async finish(answer) {
      if (answer.searchParams.get('state') !== kept.state) throw new Error(answer.href)
      await waiting.finishAuth(answer.searchParams)
      const client = clientOf()
      clients.push(client)
      await client.connect(transportOf())
      return client
    },
    tokens: () => kept.tokens as ReturnType<AiApp['tokens']>,
    async close() {
      await Promise.all(clients.map(client => client.close()))
      server.close().closeAllConnections()
    },
  }
}
