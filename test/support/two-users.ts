/** A server for two users, each of them with a client of their own. */
import type { Client } from '@modelcontextprotocol/client'
import type { Environment } from '../../src/config/config.ts'
import type { Backend, TestUser } from './backend.ts'
import { basic, type Harness, startHarness } from './harness.ts'

/** The harness's client is alice's. */
export interface TwoUsers {
  h: Harness
  /** The client of the second user. */
  bob: Client
  users: { alice: TestUser; bob: TestUser }
}

/** Starts it where callers bring their own password. */
export async function startForTwo(
  backend?: Backend,
  environment: Environment = {},
): Promise<TwoUsers> {
  const h = await startHarness({
    ...(backend === undefined ? {} : { backend }),
    environment: {
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
      ...environment,
    },
  })
  const { alice, bob: second } = h.backend
  if (second === undefined) throw new Error('These tests need a second user')
  const bob = await h.connect({ headers: { authorization: basic(second) } })
  return { h, bob, users: { alice, bob: second } }
}

/**
 * A request to the OCS interface of an app, as one of the users.
 * @param path below `/ocs/v2.php/apps`
 */
export function ocsFetch(
  { h, users }: Pick<TwoUsers, 'h' | 'users'>,
  method: string,
  path: string,
  body: object | undefined,
  as: keyof TwoUsers['users'] = 'alice',
): Promise<Response> {
  return fetch(`${h.backend.url}/ocs/v2.php/apps${path}`, {
    method,
    headers: {
      authorization: basic(users[as]),
      'ocs-apirequest': 'true',
      accept: 'application/json',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
