/** A processor elsewhere, which answers as a test says and keeps what it was sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came. */
export interface Sent {
  path: string
  headers: Record<string, unknown>
  /** The form: texts, all of a name in order, and files as `name type content`. */
  form: Record<string, string[]>
}

/** A service on a port of its own. */
export interface Service {
  url: string
  sent: Sent[]
  close(): Promise<void>
}

/** @param answer writes the answer; never ending it is allowed */
export async function startService(
  answer: (response: ServerResponse, sent: Sent) => void,
): Promise<Service> {
  const sent: Sent[] = []
  const server = createServer(async (incoming, response) => {
    const request = await received(incoming)
    sent.push(request)
    answer(response, request)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function received(incoming: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { url: path = '', headers } = incoming
  const type = headers['content-type'] ?? ''
  const form: Record<string, string[]> = {}
  if (type.startsWith('multipart/form-data')) {
    const body = new Response(Buffer.concat(chunks), { headers: { 'content-type': type } })
    for (const [name, value] of (await body.formData()).entries()) {
      const text =
        typeof value === 'string' ? value : `${value.name} ${value.type} ${await value.text()}`
      form[name] = [...(form[name] ?? []), text]
    }
  }
  return { path, headers, form }
}

/** Answers with JSON. */
export const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
