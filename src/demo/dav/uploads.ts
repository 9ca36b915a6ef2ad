import { header, type Reply, reply } from '../http.ts'
import { type DavCall, destinationOf, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { DavError } from './errors.ts'
import { find } from './locate.ts'
import { ns } from './multistatus.ts'
import { checkPreconditions } from './preconditions.ts'
import { propfind } from './propfind.ts'
import { allowed, options, type Resource } from './resource.ts'
import { freeTarget, writeTo } from './write.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
/** The name under which an upload's chunks appear as the one file they make. */
const assembled = '.file'

/** Answers a request below `uploads/ID`: chunked upload, version 2. */
export function handleUploads(call: DavCall): Reply {
  const [, owner, id, chunk] = call.names
  if (owner !== call.identity.account.id) throw notInCollection(owner ?? '', 'uploads')
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (id === undefined) throw unhandledMethod(call)
  const uploads = uploadsOf(call)
  if (call.exchange.method === 'MKCOL' && chunk === undefined) {
    if (uploads.has(id)) {
      const message = 'The resource you tried to create already exists'
      throw new DavError('MethodNotAllowed', message, { Allow: allowed })
    }
    uploads.set(id, new Map())
    return reply(201, html)
  }
  const chunks = uploads.get(id)
  if (chunks === undefined) {
    throw new DavError('NotFound', `File with name //${id} could not be located`)
  }
  return chunk === undefined ? onUpload(call, id, chunks) : onChunk(call, id, chunk, chunks)
}

function onUpload(call: DavCall, id: string, chunks: Map<string, Buffer>): Reply {
  switch (call.exchange.method) {
    case 'DELETE':
      uploadsOf(call).delete(id)
      return reply(204, html)
    case 'PROPFIND':
      return propfind(call, {
        href: hrefOf(call, call.names, true),
        defaults: [`{${ns.d}}resourcetype`],
        property: name => (name === `{${ns.d}}resourcetype` ? '<d:collection/>' : undefined),
        children: () => [
          ...sorted(chunks).map(([name, content]) => chunkResource(call, name, content.length)),
          chunkResource(call, assembled, totalOf(chunks)),
        ],
      })
  }
  throw unhandledMethod(call)
}

function onChunk(call: DavCall, id: string, name: string, chunks: Map<string, Buffer>): Reply {
  const { method, body } = call.exchange
  if (method === 'MOVE' && name === assembled) {
    checkPreconditions(call, names => find(call, names))
    return assemble(call, id, chunks)
  }
  const known = chunks.has(name)
  if (method === 'PUT' && name !== assembled) {
    chunks.set(name, body)
    return reply(known ? 204 : 201, html)
  }
  if (!known) throw new DavError('NotFound', `File with name /${id}/${name} could not be located`)
  if (method !== 'DELETE') throw unhandledMethod(call)
  chunks.delete(name)
  return reply(204, html)
}

/** Joins the chunks, in the order of their names, into the file at the destination. */
function assemble(call: DavCall, id: string, chunks: Map<string, Buffer>): Reply {
  const { names, overwrite } = destinationOf(call)
  const { occupant } = freeTarget(call, names, overwrite)
  if (occupant?.kind === 'folder') {
    throw new DavError('Conflict', 'PUT is not allowed on non-files.')
  }
  const expected = header(call.exchange, 'oc-total-length')
  const total = totalOf(chunks)
  if (expected !== undefined && Number(expected) !== total) {
    const message = `Chunks on server do not sum up to ${expected} but to ${total} bytes`
    throw new DavError('BadRequest', message)
  }
  const existed = find(call, names) !== undefined
  const content = Buffer.concat(sorted(chunks).map(([, chunk]) => chunk))
  const told = writeTo(call, names, content)
  uploadsOf(call).delete(id)
  return reply(existed ? 204 : 201, told)
}

function uploadsOf({ instance, identity }: DavCall): Map<string, Map<string, Buffer>> {
  const all = instance.state.uploads
  const known = all.get(identity.account.id) ?? new Map<string, Map<string, Buffer>>()
  all.set(identity.account.id, known)
  return known
}

/** In natural order: chunk 2 comes before chunk 10 also when names are not padded. */
function sorted(chunks: Map<string, Buffer>): [string, Buffer][] {
  return [...chunks].toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}

function totalOf(chunks: Map<string, Buffer>): number {
  return [...chunks.values()].reduce((sum, chunk) => sum + chunk.length, 0)
}

function chunkResource(call: DavCall, name: string, size: number): Resource {
  return {
    href: hrefOf(call, [...call.names, name], false),
    defaults: [`{${ns.d}}getcontentlength`, `{${ns.d}}resourcetype`],
    property: property => {
      if (property === `{${ns.d}}getcontentlength`) return String(size)
      return property === `{${ns.d}}resourcetype` ? '' : undefined
    },
  }
}
