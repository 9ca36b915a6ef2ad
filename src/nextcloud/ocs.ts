/**
 * The Open Collaboration Services API, version 2: an envelope with its own status.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-api-overview.html
 */
import { z } from 'zod'
import { CodedError, type ErrorCode } from './errors.ts'
import type { HttpRequest } from './request.ts'
import type { Session } from './session.ts'

const Meta = z.object({
  status: z.string().optional(),
  statuscode: z.coerce.number(),
  message: z.string().nullish(),
})
const Envelope = z.object({ ocs: z.object({ meta: Meta, data: z.unknown() }) })

/** An OCS request; `path` is relative to `/ocs/v2.php`. */
export type OcsRequest = Omit<HttpRequest, 'expect' | 'body' | 'method'> & {
  method?: string
  /** Sent as JSON. */
  json?: unknown
}

/**
 * The `data` of the answer in the given shape.
 * @throws CodedError for an HTTP status or an OCS statuscode that is not a success
 */
export async function ocs<T>(
  session: Session,
  schema: z.ZodType<T>,
  request: OcsRequest,
): Promise<T> {
  const { json, headers, path, method = 'GET', ...rest } = request
  const reply = await session.send({
    ...rest,
    method,
    path: `/ocs/v2.php${path}`,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  const { meta, data } = reply.json(Envelope).ocs
  // Some failures come with HTTP 200 and are told only by the envelope.
  if (meta.statuscode !== 100 && (meta.statuscode < 200 || meta.statuscode > 299)) {
    const message = meta.message?.trim()
    throw new CodedError(codeOf(meta.statuscode), 'Nextcloud refused the request', {
      status: meta.statuscode,
      ...(request.subject === undefined ? {} : { subject: request.subject }),
      ...(message ? { serverMessage: message } : {}),
    })
  }
  const parsed = schema.safeParse(data)
  if (!parsed.success) {
    throw new CodedError('UNREACHABLE', 'Nextcloud answered with data of an unexpected shape', {
      ...(request.subject === undefined ? {} : { subject: request.subject }),
      cause: parsed.error,
    })
  }
  return parsed.data
}

/** OCS statuscodes: HTTP's, and 996 to 998 of its own. */
function codeOf(statuscode: number): ErrorCode {
  switch (statuscode) {
    case 401:
    case 997:
      return 'UNAUTHORIZED'
    case 403:
      return 'FORBIDDEN'
    case 404:
    case 998:
      return 'NOT_FOUND'
    case 429:
      return 'RATE_LIMITED'
    case 996:
      return 'UPSTREAM_ERROR'
    default:
      return statuscode >= 500 && statuscode < 600 ? 'UPSTREAM_ERROR' : 'BAD_INPUT'
  }
}
