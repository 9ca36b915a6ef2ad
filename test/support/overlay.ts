/**
 * A Nextcloud that has objects which it would not take from anybody: real instances have them from
 * imports and from the time before they checked.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Backend } from './backend.ts'
import { listen, passOn } from './relay.ts'

/** The instance with what is held beside it. */
export interface Overlay extends Backend {
  /** Puts a text at a path, where it can be read and replaced; all else is as it was. */
  hold(path: string, text: string | Buffer): void
  /** What the instance itself has there is there again. */
  release(path: string): void
  /** The text there now; undefined where none is held. */
  held(path: string): string | undefined
}

/** Closing it closes the instance as well. */
export async function startOverlay(backend: Backend): Promise<Overlay> {
  const texts = new Map<string, Buffer>()
  const port = Number(new URL(backend.url).port)
  const server = await listen((incoming, outgoing) => {
    const text = texts.get(incoming.url ?? '')
    if (text === undefined) passOn(incoming, outgoing, { port })
    else void answer(texts, text, incoming, outgoing)
  })
  return {
    ...backend,
    url: `http://127.0.0.1:${server.port}`,
    hold: (path, text) => texts.set(path, Buffer.from(text)),
    release: path => texts.delete(path),
    held: path => texts.get(path)?.toString(),
    async close() {
      await server.close()
      await backend.close()
    },
  }
}

async function answer(
  texts: Map<string, Buffer>,
  text: Buffer,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method, url: path = '', headers } = incoming
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  if (method === 'GET') {
    outgoing.writeHead(200, { etag: etagOf(text) }).end(text)
  } else if (method === 'PROPFIND') {
    outgoing.writeHead(207, { 'content-type': 'application/xml; charset=utf-8' })
    outgoing.end(asProperties(path, text))
  } else if (method === 'PUT' && headers['if-match'] === etagOf(text)) {
    const written = Buffer.concat(chunks)
    texts.set(path, written)
    outgoing.writeHead(204, { etag: etagOf(written) }).end()
  } else {
    outgoing.writeHead(method === 'PUT' ? 412 : 405).end()
  }
}

function asProperties(path: string, text: Buffer): string {
  const data = text.toString().replace(/[&<>\r]/g, character => `&#${character.charCodeAt(0)};`)
  return (
    '<d:multistatus xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav"><d:response>' +
    `<d:href>${path}</d:href><d:propstat><d:prop><d:getetag>${etagOf(text)}</d:getetag>` +
    `<d:getcontentlength>${text.length}</d:getcontentlength>` +
    `<card:address-data>${data}</card:address-data></d:prop>` +
    '<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>'
  )
}

function etagOf(text: Buffer): string {
  return `"${createHash('md5').update(text).digest('hex')}"`
}
