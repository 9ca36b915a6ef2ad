/** Talk for its tests: two users with the tools, and what is arranged without them. */
import { afterAll, beforeAll, expect } from 'vitest'
import type { TestUser } from './backend.ts'
import { basic, callTool, type Harness, startHarness, type ToolAnswer } from './harness.ts'

/** What {@link useTalk} gives; to be read in tests, not before. */
export interface TalkStage {
  h: Harness
  /** User ids. */
  alice: string
  bob: string
  /** A tool as bob. */
  asBob(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>
  /** A tool as bob that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  okAsBob(name: string, args?: Record<string, unknown>): Promise<any>
  /** A group conversation of alice's, with bob in it; it is removed after the tests. */
  room(name?: string): Promise<string>
  /** Posts and gives the id of the message. */
  post(token: string, message: string, more?: Record<string, unknown>): Promise<number>
  /** A request to Talk's own interface, as alice or as bob. */
  talk(method: string, path: string, body?: object, as?: 'alice' | 'bob'): Promise<Response>
}

/** Starts a server for alice and bob for the tests of a file. */
export function useTalk(): TalkStage {
  const stage = {} as TalkStage
  const rooms: string[] = []
  beforeAll(async () => {
    const h = await startHarness({
      environment: {
        MCP_DEPLOYMENT_MODE: 'multi_user_basic',
        NEXTCLOUD_USERNAME: undefined,
        NEXTCLOUD_PASSWORD: undefined,
      },
    })
    const second = h.backend.bob
    if (second === undefined) throw new Error('Talk needs a second user')
    const bobsClient = await h.connect({ headers: { authorization: basic(second) } })
    const users: Record<'alice' | 'bob', TestUser> = { alice: h.backend.alice, bob: second }
    Object.assign(stage, {
      h,
      alice: (await h.ok('nc_users_get_current_user')).id,
      bob: (await callTool(bobsClient, 'nc_users_get_current_user')).data.id,
      asBob: (name, args) => callTool(bobsClient, name, args),
      async okAsBob(name, args) {
        const answer = await callTool(bobsClient, name, args)
        expect(answer.error, name).toBeUndefined()
        return answer.data
      },
      async room(name = `mcp-test-${process.pid}-${Date.now()}`) {
        const { conversation } = await h.ok('talk_create_conversation', { room_name: name })
        const { token } = conversation
        rooms.push(token)
        await h.ok('talk_add_participant', { token, participant: stage.bob })
        return token
      },
      async post(token, message, more = {}) {
        return (await h.ok('talk_send_message', { token, message, ...more })).message.id
      },
      talk: (method, path, body, as = 'alice') =>
        fetch(`${h.backend.url}/ocs/v2.php/apps/spreed/api${path}`, {
          method,
          headers: {
            authorization: basic(users[as]),
            'ocs-apirequest': 'true',
            accept: 'application/json',
            'content-type': 'application/json',
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
    } satisfies TalkStage)
  })
  afterAll(async () => {
    for (const token of rooms) await stage.talk('DELETE', `/v4/room/${token}`)
    await stage.h.close()
  })
  return stage
}
