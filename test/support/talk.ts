/** Talk for its tests: two users with the tools, and what is arranged without them. */
import { afterAll, beforeAll, expect } from 'vitest'
import { callTool, type Harness, type ToolAnswer } from './harness.ts'
import { ocsFetch, startForTwo } from './two-users.ts'

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
  /** A request to the interface of any app, as alice or as bob. */
  ocs(method: string, path: string, body?: object, as?: 'alice' | 'bob'): Promise<Response>
  /** The same to Talk's. */
  talk(method: string, path: string, body?: object, as?: 'alice' | 'bob'): Promise<Response>
}

/** Starts a server for alice and bob for the tests of a file. */
export function useTalk(): TalkStage {
  const stage = {} as TalkStage
  const rooms: string[] = []
  beforeAll(async () => {
    const started = await startForTwo()
    const { h, bob: bobsClient } = started
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
      ocs: (method, path, body, as) => ocsFetch(started, method, path, body, as),
      talk: (method, path, body, as) => stage.ocs(method, `/spreed/api${path}`, body, as),
    } satisfies TalkStage)
  })
  afterAll(async () => {
    for (const token of rooms) await stage.talk('DELETE', `/v4/room/${token}`)
    await stage.h.close()
  })
  return stage
}
