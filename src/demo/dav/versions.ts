import { httpDate, type Reply, reply } from '../http.ts'
import { type FileNode, nodeOfUser } from '../storage/tree.ts'
import { restoreVersion, type Version, versionsOf } from '../storage/versions.ts'
import { escapeXml } from '../xml.ts'
import { type DavCall, destinationOf, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { disposition, fileReply } from './download.ts'
import { DavError } from './errors.ts'
import { ns } from './multistatus.ts'
import { propfind, propfindHeaders } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { options, type Resource } from './resource.ts'

const html = { 'Content-Type': 'text/html; charset=UTF-8' }
const d = (name: string) => `{${ns.d}}${name}`
const nc = (name: string) => `{${ns.nc}}${name}`

/** Answers a request below `versions/ID`: what files were before. */
export function handleVersions(call: DavCall): Reply {
  const { exchange, identity, instance, names } = call
  const [, owner = '', room, fileId = '', time] = names
  // Nextcloud has begun its answer to a PROPFIND by the time it notices that it is none.
  const begun = exchange.method === 'PROPFIND' ? propfindHeaders(call) : {}
  if (owner !== identity.account.id) throw new DavError('Forbidden', '', begun)
  if (exchange.method === 'OPTIONS') return options(call, true)
  if (room !== 'versions') throw notInCollection(room ?? '', owner)
  const node = nodeOfUser(instance.state.storage, owner, Number(fileId))
  if (node?.kind !== 'file') throw new DavError('NotFound', '', begun)
  if (time === undefined) return onFile(call, node)
  const version = versionsOf(node).find(each => String(each.time) === time)
  if (version === undefined) throw new DavError('NotFound')
  return onVersion(call, node, version)
}

function onFile(call: DavCall, file: FileNode): Reply {
  if (call.exchange.method !== 'PROPFIND') throw unhandledMethod(call)
  return propfind(call, {
    href: hrefOf(call, call.names, true),
    defaults: [d('resourcetype')],
    property: name => (name === d('resourcetype') ? '<d:collection/>' : undefined),
    children: () =>
      versionsOf(file).map(version =>
        resourceOf(call, file, version, [...call.names, String(version.time)]),
      ),
  })
}

function onVersion(call: DavCall, file: FileNode, version: Version): Reply {
  const { storage } = call.instance.state
  switch (call.exchange.method) {
    case 'PROPFIND':
      return propfind(call, resourceOf(call, file, version, call.names))
    case 'GET':
    case 'HEAD': {
      const { content, time } = version
      const etag = String(time)
      return fileReply(
        call,
        { content, type: file.type, mtime: time, etag },
        { ETag: etag, 'OC-ETag': etag, 'Content-Disposition': disposition(file.name) },
      )
    }
    case 'PROPPATCH':
      return proppatch(call, hrefOf(call, call.names, false), ({ name, value }) => {
        if (name !== nc('version-label')) return undefined
        return () => {
          file.versionLabels.set(version.time, value ?? '')
        }
      })
    case 'DELETE':
      // Of the version that the file is now, Nextcloud forgets no more than the entry.
      file.versions.delete(version.time)
      return reply(204, html)
    case 'MOVE': {
      const [root, owner, room] = destinationOf(call).names
      if (root !== 'versions' || owner !== call.names[1] || room !== 'restore') {
        throw new DavError('Forbidden')
      }
      restoreVersion(storage, file, version)
      return reply(201, html)
    }
  }
  throw unhandledMethod(call)
}

function resourceOf(
  call: DavCall,
  file: FileNode,
  { content, label, time }: Version,
  names: readonly string[],
): Resource {
  return {
    href: hrefOf(call, names, false),
    defaults: [d('getlastmodified'), d('getcontentlength'), d('resourcetype'), d('getetag')],
    property(name) {
      switch (name) {
        case d('getlastmodified'):
          return httpDate(time * 1000)
        case d('getcontentlength'):
          return String(content.length)
        case d('getcontenttype'):
          return file.type
        case d('getetag'):
          return String(time)
        case d('resourcetype'):
          return ''
        case nc('version-label'):
          return label === '' ? undefined : escapeXml(label)
        case nc('version-author'):
          return escapeXml(call.identity.account.id)
      }
      return undefined
    },
  }
}
