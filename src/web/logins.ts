/**
 * Logins at Nextcloud that a browser began here: what they are for, and what came of them. Each
 * belongs to the browser that began it, and what Nextcloud granted is handed out once.
 */
import { randomBytes } from 'node:crypto'
import { createRateLimit } from '../authorization/rate-limit.ts'
import { CodedError, isCodedError } from '../nextcloud/errors.ts'
import type { Http } from '../nextcloud/http.ts'
import {
  beginLoginFlow,
  type GrantedLogin,
  LOGIN_FLOW_MS,
  pollLoginFlow,
} from '../nextcloud/login-flow.ts'
import type { User } from '../nextcloud/user.ts'
import type { Pending } from '../vault/vault.ts'

/** What a login is for. */
export interface LoginPurpose {
  readonly purpose: 'connect' | 'sign-in' | 'access' | 'background'
  readonly clientName?: string | undefined
  /** What Nextcloud calls the access. */
  readonly appPasswordName: string
  /** Path of the page that makes use of it; gets the login's id as `login`. */
  readonly finish: string
  /** Path of the page to go back to when the person gives up; undefined: a page that says so. */
  readonly cancelled?: string
  /** What that page needs to know. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** A login under way. */
export interface Login extends LoginPurpose {
  readonly id: string
  readonly loginUrl: string
  readonly granted: GrantedLogin | undefined
}

/** A login that came to its end. */
export interface TakenLogin extends Login {
  readonly granted: GrantedLogin
  readonly user: User
}

/** Logins of all browsers. */
export interface Logins {
  /**
   * Asks Nextcloud for one.
   * @param address where the browser is, so that one place cannot use up what is there for all
   * @returns its id
   * @throws CodedError as any request, `RATE_LIMITED`
   */
  begin(browserId: string, address: string, purpose: LoginPurpose): Promise<string>
  /** The login as it is, after asking Nextcloud whether it was granted. @throws CodedError */
  look(browserId: string, id: string): Promise<Login | undefined>
  /**
   * Takes a granted login; nobody can take it again.
   * @param finish the page that asks, which has to be the one that the login is for: on any other
   *   it would be lost, with an app password that nobody knows of
   * @param identify finds out whose it is, beforehand: where that fails, it can be taken later
   */
  take(
    browserId: string,
    id: string,
    finish: string,
    identify: (granted: GrantedLogin) => Promise<User>,
  ): Promise<TakenLogin | undefined>
  /** Gives up. @returns what it was; what was granted meanwhile is to be given back */
  cancel(browserId: string, id: string): Promise<Login | undefined>
}

interface Stored extends Omit<Login, 'id'> {
  readonly browserId: string
  readonly pollToken: string
}

const KIND = 'login'
/** That a login was called off, for whoever is just being told what was granted. */
const CANCELLED = 'login-cancelled'
/** In a minute; each leaves a trace in Nextcloud for a while. */
const MOST_LOGINS = { max: 300, maxOfOne: 60 }

/** What logins are made with. */
export interface LoginsOptions {
  readonly pending: Pending
  readonly http: Http
  /** Address under which browsers reach Nextcloud, where it tells another one. */
  readonly publicUrl: string | undefined
  /** Gives an app password back that nobody will use. */
  readonly discard: (granted: GrantedLogin) => Promise<void>
}

/** @see Logins */
export function createLogins({ pending, http, publicUrl, discard }: LoginsOptions): Logins {
  const begun = createRateLimit({ ...MOST_LOGINS, windowMs: 60_000 })
  /**
   * Nextcloud tells what was granted once: of two that ask at once, one learns it from the storage
   * when it asks next.
   */
  const asking = new Map<string, Promise<GrantedLogin | undefined>>()

  const stored = async (browserId: string, id: string): Promise<Stored | undefined> => {
    const login = (await pending.get(KIND, id)) as Stored | undefined
    return login?.browserId === browserId ? login : undefined
  }
  const ask = async (id: string, login: Stored): Promise<GrantedLogin | undefined> => {
    const granted = await pollLoginFlow(http, login.pollToken)
    if (granted === undefined) return undefined
    await pending.put(KIND, id, { ...login, granted }, LOGIN_FLOW_MS)
    // Called off meanwhile, on this replica or another, with nothing to give back there.
    if ((await pending.get(CANCELLED, id)) === undefined) return granted
    if ((await pending.take(KIND, id)) !== undefined) await discard(granted)
    return undefined
  }

  return {
    async begin(browserId, address, purpose) {
      const wait = begun.take(address)
      if (wait > 0) {
        throw new CodedError('RATE_LIMITED', 'Too many people sign in at once', {
          hint: `Try again in ${wait} seconds.`,
        })
      }
      const { appPasswordName } = purpose
      const flow = await beginLoginFlow(http, { appPasswordName, publicUrl })
      const id = randomBytes(24).toString('base64url')
      const login: Stored = { ...purpose, ...flow, browserId, granted: undefined }
      await pending.put(KIND, id, { ...login }, LOGIN_FLOW_MS)
      return id
    },

    async look(browserId, id) {
      const login = await stored(browserId, id)
      if (login === undefined || login.granted !== undefined) return login && { ...login, id }
      let answer = asking.get(id)
      if (answer === undefined) {
        answer = ask(id, login).finally(() => asking.delete(id))
        asking.set(id, answer)
      }
      return { ...login, id, granted: await answer }
    },

    async take(browserId, id, finish, identify) {
      const login = await stored(browserId, id)
      if (login?.granted === undefined || login.finish !== finish) return undefined
      const user = await identify(login.granted)
      const taken = (await pending.take(KIND, id)) as Stored | undefined
      return taken?.granted && { ...taken, id, granted: taken.granted, user }
    },

    async cancel(browserId, id) {
      if ((await stored(browserId, id)) === undefined) return undefined
      // Before it is taken: what Nextcloud is telling at this moment would be kept after that.
      await pending.put(CANCELLED, id, {}, LOGIN_FLOW_MS)
      const login = (await pending.take(KIND, id)) as Stored | undefined
      if (login === undefined) return undefined
      if (login.granted !== undefined) return { ...login, id }
      const granted = await pollLoginFlow(http, login.pollToken).catch((error: unknown) => {
        if (isCodedError(error)) return undefined
        throw error
      })
      return { ...login, id, granted }
    },
  }
}
