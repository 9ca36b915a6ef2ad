import { authenticate } from '../auth.ts'
import { handleCalendars } from '../calendars/routes.ts'
import { handleContacts } from '../contacts/routes.ts'
import type { Exchange, Reply } from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import { type DavCall, decodePath, notInCollection } from './call.ts'
import { handleComments } from './comments.ts'
import { DavError, davErrorReply } from './errors.ts'
import { handleFiles } from './files.ts'
import { roomOf } from './multistatus.ts'
import { handlePrincipals, handleRoot } from './principals.ts'
import { propfindHeaders } from './propfind.ts'
import { handleTagRelations, handleTags } from './systemtags.ts'
import { handleTrashbin } from './trashbin.ts'
import { handleUploads } from './uploads.ts'
import { handleVersions } from './versions.ts'

interface Collection {
  handle: (call: DavCall) => Reply | Promise<Reply>
  app?: string
}

/** The collections below `/remote.php/dav/`. */
const collections = new Map<string, Collection>([
  ['files', { handle: handleFiles }],
  ['uploads', { handle: handleUploads }],
  ['principals', { handle: handlePrincipals }],
  ['calendars', { handle: handleCalendars }],
  ['addressbooks', { handle: handleContacts }],
  ['trashbin', { handle: handleTrashbin, app: 'files_trashbin' }],
  ['versions', { handle: handleVersions, app: 'files_versions' }],
  ['systemtags', { handle: handleTags, app: 'systemtags' }],
  ['systemtags-relations', { handle: handleTagRelations, app: 'systemtags' }],
  ['comments', { handle: handleComments, app: 'comments' }],
])

const noCredentials =
  "No public access to this resource., AppAPIAuth has not passed, No 'Authorization: Basic' " +
  "header found. Either the client didn't send one, or the server is misconfigured, No " +
  "'Authorization: Bearer' header found. Either the client didn't send one, or the server is " +
  "mis-configured, No 'Authorization: Basic' header found. Either the client didn't send one, " +
  'or the server is misconfigured'
const wrongCredentials =
  'No public access to this resource., AppAPIAuth has not passed, Username or password was ' +
  "incorrect, No 'Authorization: Bearer' header found. Either the client didn't send one, or " +
  'the server is mis-configured, Username or password was incorrect'

/** Answers a request below `/remote.php/dav` or the old `/remote.php/webdav`. */
export function handleDav(instance: Instance, exchange: Exchange): Reply | Promise<Reply> {
  try {
    return route(instance, exchange)
  } catch (error) {
    if (error instanceof DavError) return davErrorReply(error)
    throw error
  }
}

function route(instance: Instance, exchange: Exchange): Reply | Promise<Reply> {
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') throw new DavError('TooManyRequests')
  if (typeof outcome === 'string') {
    throw new DavError('NotAuthenticated', outcome === 'none' ? noCredentials : wrongCredentials, {
      'WWW-Authenticate': 'Basic realm="Nextcloud", charset="UTF-8"',
    })
  }
  const legacy = exchange.path.startsWith('/remote.php/webdav')
  const root = legacy ? '/remote.php/webdav' : '/remote.php/dav'
  const prefix = legacy ? ['files', outcome.account.id] : []
  const call: DavCall = {
    instance,
    identity: outcome,
    exchange,
    names: [...prefix, ...decodePath(exchange.path.slice(root.length))],
    root: instance.settings.basePath + root,
    prefix,
  }
  const [first] = call.names
  if (first === undefined) return handleRoot(call)
  const collection = collections.get(first)
  if (
    collection === undefined ||
    (collection.app !== undefined && !isEnabled(instance, collection.app))
  ) {
    throw notInCollection(first, 'root')
  }
  try {
    return collection.handle(call)
  } catch (error) {
    // Outside of the files Nextcloud has begun its answer to a PROPFIND by the time it fails.
    const begun = call.exchange.method === 'PROPFIND' && roomOf(call.names) !== 'files'
    if (begun && error instanceof DavError) Object.assign(error.headers, propfindHeaders(call))
    throw error
  }
}
