/** Collectives to test in, as any Nextcloud has them. */
import type { TestUser } from './backend.ts'
import { basic, type Harness, type ToolAnswer } from './harness.ts'

/** A collective of alice's with the id of its landing page. */
export interface TestCollective {
  id: number
  name: string
  team: string
  landing: number
  /** Puts another user into its team, which no tool does. */
  invite(userId: string): Promise<void>
  /** Deletes it with its team. */
  remove(): Promise<void>
}

let made = 0

/** Creates a collective under a name of its own. */
export async function createCollective(h: Harness): Promise<TestCollective> {
  const name = `mcp-test-${process.pid}-${Date.now()}-${++made}`
  const { id, circleId } = await h.ok('collectives_create_collective', { name })
  const { pages } = await h.ok('collectives_get_pages', { collective_id: id })
  return {
    id,
    name,
    team: circleId,
    landing: pages[0].id,
    async invite(userId) {
      await request(h, 'POST', `/ocs/v2.php/apps/circles/circles/${circleId}/members`, {
        userId,
        type: 1,
      })
    },
    async remove() {
      await h.call('collectives_trash_collective', { collective_id: id })
      await h.call('collectives_delete_collective', { collective_id: id, delete_team: true })
    },
  }
}

/** A request past the server under test, which must succeed; gives the text of the answer. */
export async function request(
  h: Harness,
  method: string,
  path: string,
  body?: unknown,
  user: TestUser = h.backend.alice,
): Promise<string> {
  const response = await fetch(h.backend.url + path, {
    method,
    headers: {
      authorization: basic(user),
      'ocs-apirequest': 'true',
      accept: 'application/json',
      ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text
}

/**
 * Writes until the etag is another one than before: Nextcloud gives all that is written to a file
 * within a second the same.
 */
export async function writeAnew(
  write: () => Promise<ToolAnswer>,
  before: string,
): Promise<ToolAnswer> {
  for (;;) {
    const answer = await write()
    if (answer.isError || answer.data.etag !== before) return answer
  }
}
