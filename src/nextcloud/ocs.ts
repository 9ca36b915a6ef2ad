/**
 * The Open Collaboration Services API, version 2: an envelope with its own status.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/OCS/ocs-api-overview.html
 */
import { z } from 'zod'
import { CodedError, type ErrorCode, withDetails } from './errors.ts'
import type { Reply } from './reply.ts'
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
  return ocsData(await session.send(ocsHttp(request)), schema, request.subject)
}

/** An OCS request as it is sent, for those to whom status and headers of the answer matter. */
export function ocsHttp({ json, headers, path, method = 'GET', ...rest }: OcsRequest): HttpRequest {
  return {
    ...rest,
    method,
    path: `/ocs/v2.php${path}`,
    headers: {
      accept: 'application/json',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  }
}

/**
 * The `data` of an answer that says it is a success.
 * @throws CodedError when its envelope says otherwise, or the data has another shape
 */
export function ocsData<T>(reply: Reply, schema: z.ZodType<T>, subject?: string): T {
  const { meta, data } = reply.json(Envelope).ocs
  // Some failures come with HTTP 200 and are told only by the envelope.
  if (meta.statuscode !== 100 && (meta.statuscode < 200 || meta.statuscode > 299)) {
    const message = meta.message?.trim()
    throw new CodedError(codeOf(meta.statuscode), 'Nextcloud refused the request', {
      status: meta.statuscode,
      ...(subject === undefined ? {} : { subject }),
      ...(message ? { serverMessage: message } : {}),
    })
  }
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const error = reply.unusable('data of an unexpected shape', parsed.error)
  throw subject === undefined ? error : withDetails(error, error.message, { subject })
}

/** The `data` of a refusal, which may say why; undefined where no envelope came with it. */
export function ocsRefusal(reply: Reply): { data: unknown } | undefined {
  try {
    return { data: reply.json(Envelope).ocs.data }
  } catch {
    return undefined
  }
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
