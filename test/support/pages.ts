/** Web pages that the Nextcloud under test can download: the demo's web, or a server beside the real one. */
import { lookup } from 'node:dns/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { Web, WebPage } from '../../src/demo/index.ts'
import { isReal } from './backend.ts'

/** Pages by path. They can be changed at any time. */
export interface Pages {
  /** Address of the pages; undefined where a real Nextcloud has no way to them. */
  base: string | undefined
  /** For a demo. */
  web: Web
  set(path: string, page: Partial<WebPage>): void
  close(): Promise<void>
}

/** Serves pages under a name, because Nextcloud's apps refuse bare addresses. */
export async function startPages(): Promise<Pages> {
  const pages = new Map<string, WebPage>()
  const set: Pages['set'] = (path, page) =>
    void pages.set(path, { status: 200, type: 'text/html', body: '', ...page })
  const missing: WebPage = { status: 404, type: 'text/html', body: 'Not here' }
  if (!isReal) {
    const base = 'http://pages.example'
    return {
      base,
      set,
      web: async url =>
        url.startsWith(base) ? (pages.get(url.slice(base.length)) ?? missing) : undefined,
      close: async () => {},
    }
  }
  const server = createServer(({ url = '' }, response) => {
    const { status, type, body } = pages.get(url) ?? missing
    response.writeHead(status, { 'content-type': type })
    response.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const name = hostname()
  const address = await lookup(name).catch(() => undefined)
  return {
    base: address?.address === '127.0.0.1' ? `http://${name}:${port}` : undefined,
    set,
    web: async () => undefined,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
