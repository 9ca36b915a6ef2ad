/**
 * Login Flow v2: a person grants an app password in their own Nextcloud, in a browser.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/LoginFlow/index.html
 */
import { z } from 'zod'
import type { Http } from './http.ts'
import { ocs } from './ocs.ts'
import type { Session } from './session.ts'

const Started = z.object({
  poll: z.object({ token: z.string().min(1) }),
  login: z.url({ protocol: /^https?$/ }),
})
const Granted = z.object({ loginName: z.string().min(1), appPassword: z.string().min(1) })

/** A login that a person is to finish. */
export interface LoginFlow {
  /** Where the person confirms it; for their browser alone. */
  readonly loginUrl: string
  /** A secret: whoever has it gets the app password. */
  readonly pollToken: string
}

/** What a person granted. */
export interface GrantedLogin {
  /** The name that belongs to the app password; not the user id. */
  readonly loginName: string
  readonly appPassword: string
}

/** How a login is begun. */
export interface LoginFlowOptions {
  /** What Nextcloud shows to the person and lists among their devices. */
  readonly appPasswordName: string
  /** Address under which browsers reach Nextcloud, where it is not the one it tells itself. */
  readonly publicUrl?: string | undefined
}

/** How long Nextcloud waits for the person, in milliseconds. */
export const LOGIN_FLOW_MS = 20 * 60_000

const LONGEST_NAME = 80
const SUBJECT = 'the sign-in at Nextcloud'

/**
 * Begins a login. Nextcloud answers with the addresses that it believes to have; the one for
 * polling is not used, as this server knows where Nextcloud is.
 * @throws CodedError as any request
 */
export async function beginLoginFlow(
  http: Http,
  { appPasswordName, publicUrl }: LoginFlowOptions,
): Promise<LoginFlow> {
  const reply = await http.send(
    {
      method: 'POST',
      path: '/index.php/login/v2',
      headers: { 'user-agent': headerText(appPasswordName), accept: 'application/json' },
      subject: SUBJECT,
    },
    undefined,
  )
  const { poll, login } = reply.json(Started)
  const token = /\/login\/v2\/flow\/([\w-]+)$/.exec(new URL(login).pathname)?.[1]
  return {
    pollToken: poll.token,
    loginUrl:
      publicUrl === undefined || token === undefined
        ? login
        : `${publicUrl}/index.php/login/v2/flow/${token}`,
  }
}

/**
 * What the person granted; undefined as long as they did not. Nextcloud tells it once: an answer
 * that is lost is lost for good, so it is not asked for again after a failure.
 * @throws CodedError as any request
 */
export async function pollLoginFlow(
  http: Http,
  pollToken: string,
): Promise<GrantedLogin | undefined> {
  const reply = await http.send(
    {
      method: 'POST',
      path: '/index.php/login/v2/poll',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ token: pollToken }).toString(),
      expect: [200, 404],
      subject: SUBJECT,
    },
    undefined,
  )
  return reply.status === 404 ? undefined : reply.json(Granted)
}

/**
 * Deletes the app password that the session is opened with.
 * @throws CodedError as any request; `UNAUTHORIZED` where Nextcloud no longer knows it
 */
export async function deleteAppPassword(session: Session): Promise<void> {
  await ocs(session, z.unknown(), {
    method: 'DELETE',
    path: '/core/apppassword',
    subject: 'the app password',
  })
}

/** A name as a header can carry it: one line, not too long, its UTF-8 bytes one by one. */
function headerText(name: string): string {
  const line = name.replace(/[\p{C}\s]+/gu, ' ').trim()
  return Buffer.from([...line].slice(0, LONGEST_NAME).join(''), 'utf8').toString('latin1')
}
