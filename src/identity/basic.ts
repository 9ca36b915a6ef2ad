/** HTTP Basic authentication (RFC 7617), for a server that passes each user's own credentials on. */
import { type Caller, type Identity, neverRefuse } from './caller.ts'

/**
 * Reads user and app password from each request. Nothing is checked here: the first request to
 * Nextcloud does that, and its refusal is answered to the caller.
 */
export const basicIdentity: Identity = {
  identify: request => parseBasic(request.headers.get('authorization')) ?? challenge(),
  refuse: neverRefuse,
}

/** The credentials of an `Authorization: Basic` header; undefined for any other or a broken one. */
export function parseBasic(header: string | null): Caller | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon <= 0 || colon === pair.length - 1) return undefined
  return { kind: 'basic', loginName: pair.slice(0, colon), password: pair.slice(colon + 1) }
}

function challenge(): Response {
  return Response.json(
    {
      error: 'unauthorized',
      error_description:
        'Send HTTP Basic credentials: your Nextcloud login name and an app password (Nextcloud > Settings > Security).',
    },
    {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="Nextcloud app password", charset="UTF-8"' },
    },
  )
}
