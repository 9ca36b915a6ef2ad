import { randomBytes } from 'node:crypto'
import { type Exchange, integer, type Reply, reply, unknownRoute } from '../http.ts'
import type { Instance } from '../instance.ts'
import { visibleNode } from '../shares/mounts.ts'
import { downloadType } from '../storage/file-types.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from './envelope.ts'

// Enough for any test; the oldest link goes first, so that links cannot pile up.
const linkLimit = 1000

/** POST apps/dav/api/v1/direct: a link to download one file without logging in. */
export function createDirectLink({ instance, identity, parameters }: OcsCall): OcsResult {
  const { directLinks } = instance.state
  const file = visibleNode(instance.state, identity.account.id, integer(parameters.fileId) ?? -1)
  if (file === undefined) return ocsFailure(404)
  if (file.kind === 'folder') return ocsFailure(400, 'Direct download only works for files')
  const token = randomBytes(45).toString('base64url')
  directLinks.set(token, file.id)
  const [oldest] = directLinks.keys()
  if (directLinks.size > linkLimit && oldest !== undefined) directLinks.delete(oldest)
  return ocsData({ url: `${instance.url}/remote.php/direct/${token}` })
}

/** GET /remote.php/direct/TOKEN. */
export function serveDirectLink(instance: Instance, exchange: Exchange): Reply {
  const token = exchange.path.slice('/remote.php/direct/'.length)
  const id = instance.state.directLinks.get(token)
  const file = id === undefined ? undefined : instance.state.storage.byId.get(id)
  if (file?.kind !== 'file') return unknownRoute()
  return reply(
    200,
    { 'Content-Type': downloadType(file.type), ETag: `"${file.etag}"` },
    file.content,
  )
}
