import { randomText } from '../auth.ts'
import {
  type Exchange,
  jsonReply,
  parameters,
  type Reply,
  reply,
  text,
  userAgent,
} from '../http.ts'
import type { Instance } from '../instance.ts'
import type { PendingLogin } from '../state.ts'
import { publicUrl } from './visit.ts'

// Beyond it the oldest makes room, so that nobody can fill the memory.
const loginLimit = 100
const lifetimeSeconds = 1200
const tokenLength = 128

/** POST /login/v2: a client begins a login; it is called what its User-Agent says. */
export function begin(instance: Instance, exchange: Exchange): Reply {
  const { logins } = instance.state
  const pollToken = randomText(tokenLength)
  const flowToken = randomText(tokenLength)
  const [oldest] = logins.keys()
  if (logins.size >= loginLimit && oldest !== undefined) logins.delete(oldest)
  logins.set(pollToken, { flowToken, clientName: userAgent(exchange), begun: seconds(instance) })
  const url = publicUrl(instance, exchange)
  return jsonReply(200, {
    poll: { token: pollToken, endpoint: `${url}/login/v2/poll` },
    login: `${url}/login/v2/flow/${flowToken}`,
  })
}

/** POST /login/v2/poll: a granted login is told once; until then and ever after it is unknown. */
export function poll(instance: Instance, exchange: Exchange): Reply {
  const token = text(parameters(exchange).token)
  // PHP fails here on the missing argument.
  if (token === undefined) return reply(500, { 'Content-Type': 'text/html; charset=UTF-8' })
  const login = instance.state.logins.get(token)
  if (login?.granted === undefined || isOver(instance, login)) return jsonReply(404, [])
  instance.state.logins.delete(token)
  return jsonReply(200, login.granted)
}

/** The login with this flow token, unless it was told to its client or began too long ago. */
export function loginByFlowToken(
  instance: Instance,
  flowToken: string | undefined,
): PendingLogin | undefined {
  const login = [...instance.state.logins.values()].find(known => known.flowToken === flowToken)
  return login === undefined || isOver(instance, login) ? undefined : login
}

function isOver(instance: Instance, { begun }: PendingLogin): boolean {
  return begun < seconds(instance) - lifetimeSeconds
}

function seconds({ settings }: Instance): number {
  return Math.floor(settings.now() / 1000)
}
