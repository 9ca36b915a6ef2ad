/** Serves metrics on a port of their own, which nobody but Prometheus needs to reach. */
import { createServer, type ServerResponse } from 'node:http'
import type { MetricsPage } from './meter.ts'

/** A server that listens. */
export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

/** Answers `GET /metrics` and nothing else. @throws the system's error when the port is taken */
export async function serveMetrics(
  page: MetricsPage,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return answer(response, 404, {})
    if (request.method !== 'GET') return answer(response, 405, { allow: 'GET' })
    page.text().then(
      text => answer(response, 200, { 'content-type': page.contentType }, text),
      () => answer(response, 500, {}),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  // Nothing waits for the metrics when everything else has ended.
  server.unref()
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body = '',
): void {
  response.writeHead(status, headers).end(body)
}
