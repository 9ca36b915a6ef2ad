/** Nextcloud around the tasks: what there is before one, and what there is after it. */
import { basic } from '../../support/credentials.ts'
import type { TwoUsers } from '../../support/two-users.ts'
import type { Surface } from './surface.ts'
import type { Answer, Arguments } from './task.ts'

type Person = 'alice' | 'bob' | 'admin'

/** Everything past the server under test, save the first two, which prepare by means of it. */
export interface World {
  /** Calls a tool as alice, whose tasks these are; it must succeed. */
  alice(tool: string, args?: Arguments): Promise<Answer>
  bob(tool: string, args?: Arguments): Promise<Answer>
  /** A request to Nextcloud itself; the body is text or becomes JSON. */
  send(method: string, path: string, body?: unknown, as?: Person): Promise<Response>
  /** What Nextcloud's own interface has at a path; OCS without its envelope. */
  read(path: string, as?: Person): Promise<Answer>
  /** The text of a file; undefined where there is none. */
  file(path: string, as?: Person): Promise<string | undefined>
}

/** The world of a server for two, with the tools as either of them has them. */
export function worldOf({ h, users }: TwoUsers, alices: Surface, bobs: Surface): World {
  const admin = { loginName: 'admin', password: h.backend.demo?.appPassword('admin') ?? '' }
  const people = { ...users, admin }
  const send: World['send'] = (method, path, body, as = 'alice') =>
    fetch(h.backend.url + path, {
      method,
      headers: {
        authorization: basic(people[as]),
        'ocs-apirequest': 'true',
        accept: 'application/json',
        ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return {
    alice: callWith(alices),
    bob: callWith(bobs),
    send,
    async read(path, as) {
      const response = await send('GET', path, undefined, as)
      const text = await response.text()
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text}`)
      const body = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text
      return body.ocs?.data ?? body
    },
    async file(path, as = 'alice') {
      const encoded = path.split('/').map(encodeURIComponent).join('/')
      const response = await send('GET', `/remote.php/dav/files/${as}/${encoded}`, undefined, as)
      const text = await response.text()
      return response.ok ? text : undefined
    },
  }
}

function callWith(surface: Surface): World['alice'] {
  return async (tool, args = {}) => {
    const { data, error } = await surface.call(tool, args)
    if (error !== undefined) throw new Error(`${tool} failed: ${JSON.stringify(error)}`)
    return data
  }
}
