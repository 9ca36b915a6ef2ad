import { authenticate } from './auth.ts'
import { type Exchange, integer, jsonReply, query, type Reply, reply } from './http.ts'
import type { Instance } from './instance.ts'
import { gradientPng } from './png.ts'
import { visibleNode } from './shares/mounts.ts'
import { hasPreview } from './storage/file-types.ts'

const sizeLimit = 1024

/** GET /index.php/core/preview: a stand-in image of the size asked for. */
export function handlePreview(instance: Instance, exchange: Exchange): Reply {
  const outcome = authenticate(instance.state.directory, instance.credentials, exchange)
  if (outcome === 'throttled') return jsonReply(429, { message: 'Reached maximum delay' })
  if (typeof outcome === 'string') {
    return jsonReply(401, { message: 'Current user is not logged in' })
  }
  const params = query(exchange)
  const id = integer(params.get('fileId')) ?? -1
  const width = integer(params.get('x')) ?? 32
  const height = integer(params.get('y')) ?? 32
  if (id === -1 || width === 0 || height === 0) return jsonReply(400, [])
  const node = visibleNode(instance.state, outcome.account.id, id)
  if (node?.kind !== 'file' || !hasPreview(node.type)) return jsonReply(404, [])
  const shown = [width, height].map(size => Math.min(Math.max(size, 1), sizeLimit))
  const [x = 1, y = 1] = shown
  return reply(
    200,
    {
      'Content-Type': 'image/png',
      'Content-Disposition': `inline; filename="${x}-${y}-crop.png"`,
      'Last-Modified': new Date(node.mtime * 1000).toUTCString().replace('GMT', '+0000'),
      ETag: `"${node.etag}"`,
    },
    gradientPng(x, y, [245, 245, 245], [205, 215, 225]),
  )
}
