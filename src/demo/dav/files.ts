import { isReadOnly } from '../collectives/manage.ts'
import type { Reply } from '../http.ts'
import { type DavCall, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { download } from './download.ts'
import { DavError } from './errors.ts'
import { fileResource } from './file-properties.ts'
import { find, locate, locateView } from './locate.ts'
import { ns } from './multistatus.ts'
import { checkPreconditions } from './preconditions.ts'
import { propfind } from './propfind.ts'
import { proppatchFile } from './proppatch.ts'
import { filterFiles } from './report.ts'
import { options } from './resource.ts'
import { copy, makeFolder, move, put, remove } from './write.ts'

/** Answers a request below `files/ID`. */
export function handleFiles(call: DavCall): Reply {
  const [, owner] = call.names
  if (owner === undefined) throw unhandledMethod(call)
  if (owner !== call.identity.account.id) return foreignHome(call, owner)
  const reads = ['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'].includes(call.exchange.method)
  if (!reads && isReadOnly(call.instance.state, owner, call.names)) throw new DavError('Forbidden')
  const ended = checkPreconditions(call, names => find(call, names))
  if (ended !== undefined) return ended
  switch (call.exchange.method) {
    case 'OPTIONS':
      return options(call, find(call, call.names) !== undefined)
    case 'PROPFIND':
      return propfind(call, fileResource(call, locateView(call, call.names)))
    case 'GET':
    case 'HEAD':
      return download(call, locate(call, call.names))
    case 'PUT':
      return put(call)
    case 'MKCOL':
      return makeFolder(call)
    case 'DELETE':
      return remove(call)
    case 'COPY':
      return copy(call)
    case 'MOVE':
      return move(call)
    case 'PROPPATCH':
      return proppatchFile(call, locateView(call, call.names))
    case 'REPORT':
      return filterFiles(call, locateView(call, call.names))
  }
  throw unhandledMethod(call)
}

/** Other users' homes exist, and that is all there is to see of them. */
function foreignHome(call: DavCall, owner: string): Reply {
  const [, , first] = call.names
  if (!call.instance.state.directory.accounts.has(owner)) {
    throw new DavError('NotFound', `Principal with name ${owner} not found`)
  }
  if (first !== undefined) throw notInCollection(first, owner)
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (call.exchange.method !== 'PROPFIND') throw unhandledMethod(call)
  const resourcetype = `{${ns.d}}resourcetype`
  return propfind(call, {
    href: hrefOf(call, call.names, true),
    defaults: [resourcetype],
    property: name => (name === resourcetype ? '<d:collection/>' : undefined),
  })
}
