/** Answers of a Nextcloud, changed on their way. */
import type { Backend } from './backend.ts'
import { listen } from './relay.ts'

/** An answer on its way, to be changed. */
export interface PassingAnswer {
  headers: Record<string, string>
  text: string
}

/** The same Nextcloud behind something that changes answers, as odd servers and proxies do. */
export async function rewriting(
  backend: Backend,
  rewrite: (method: string, answer: PassingAnswer) => void,
): Promise<Backend> {
  const server = await listen(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { host: _, connection: __, 'content-length': ___, ...kept } = headers
    const body = Buffer.concat(chunks)
    const response = await fetch(backend.url + url, {
      method,
      headers: { ...(kept as Record<string, string>), 'accept-encoding': 'identity' },
      ...(body.length === 0 ? {} : { body }),
    })
    const answer: PassingAnswer = {
      headers: Object.fromEntries(
        ['content-type', 'etag', 'oc-etag', 'dav'].flatMap(name => {
          const value = response.headers.get(name)
          return value === null ? [] : [[name, value]]
        }),
      ),
      text: await response.text(),
    }
    rewrite(method, answer)
    outgoing.writeHead(response.status, answer.headers).end(answer.text)
  })
  return {
    ...backend,
    url: `http://127.0.0.1:${server.port}`,
    async close() {
      await server.close()
      await backend.close()
    },
  }
}
