/** The tokens of one user: renewed before their end, and when the server no longer takes them. */
import { agree, registerClient, type TestClient } from '../../test/support/oauth-client.ts'
import type { LoadUser } from './people.ts'

/** Why a token was renewed. */
export type RenewalReason = 'in time' | 'refused'

/** An access token that is always a good one. */
export interface Tokens {
  /** The token for a request, renewed before that where it is due. @throws Error if refused */
  current(): Promise<string>
  /** A token other than the one that the server refused. @throws Error if refused */
  after(refused: string): Promise<string>
}

/** What a user has come away with. */
export interface Granted {
  readonly accessToken: string
  readonly refreshToken: string
  readonly lifetimeSeconds: number
}

/** Where tokens come from, and who is told. */
export interface TokensOptions {
  readonly granted: Granted
  /** Exchanges a refresh token. @throws Error if refused */
  readonly renew: (refreshToken: string) => Promise<Granted>
  /** Renew after this many seconds, where that is before the token's own end. */
  readonly renewAfterSeconds: number
  readonly renewed: (reason: RenewalReason) => void
}

/** What tools of the mix need, in the order in which people are asked. */
const SCOPES = ['notes', 'calendar', 'contacts', 'files', 'deck', 'tables']
  .flatMap(area => [`${area}:read`, `${area}:write`])
  .join(' ')
/** A token is no longer used this long before its end. */
const MARGIN_SECONDS = 30

/**
 * Signs a user in as an MCP client and a person with a browser do: registration (RFC 7591), PKCE,
 * consent, Nextcloud's login and its grant, and the code for tokens.
 * @param origin of the server
 * @param signedIn told how long it took
 * @throws Error with the page or the answer at which it came to a stop
 */
export async function signInUser(
  origin: string,
  user: LoadUser,
  signedIn: (milliseconds: number) => void,
): Promise<{ granted: Granted; renew: TokensOptions['renew'] }> {
  const began = performance.now()
  const headers = { 'x-forwarded-for': user.address }
  const client = await registerClient(origin, { client_name: 'Load benchmark' }, headers)
  const { url, verifier } = client.begin({ scope: SCOPES })
  const person = { user: user.id, password: user.password }
  const back = await agree(url, person, { headers })
  const code = back.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${back.searchParams}`)
  const granted = grantedBy(await client.exchange(code, verifier))
  signedIn(performance.now() - began)
  return { granted, renew: async refreshToken => grantedBy(await client.refresh(refreshToken)) }
}

/** Keeps the tokens of a user good. Whoever asks while they are being renewed waits for that. */
export function keepTokens(options: TokensOptions): Tokens {
  const { renew, renewAfterSeconds, renewed } = options
  let { granted } = options
  let due = dueTime(granted, renewAfterSeconds)
  let renewing: Promise<void> | undefined

  const renewOnce = (reason: RenewalReason): Promise<void> => {
    renewing ??= renew(granted.refreshToken)
      .then(fresh => {
        granted = fresh
        due = dueTime(fresh, renewAfterSeconds)
        renewed(reason)
      })
      .finally(() => {
        renewing = undefined
      })
    return renewing
  }

  return {
    async current() {
      if (renewing !== undefined || performance.now() >= due) await renewOnce('in time')
      return granted.accessToken
    },
    async after(refused) {
      if (granted.accessToken === refused) await renewOnce('refused')
      return granted.accessToken
    },
  }
}

function dueTime({ lifetimeSeconds }: Granted, renewAfterSeconds: number): number {
  const untilItsEnd = Math.max(lifetimeSeconds - MARGIN_SECONDS, lifetimeSeconds / 2)
  const seconds = Math.min(untilItsEnd, renewAfterSeconds)
  return performance.now() + seconds * 1_000
}

function grantedBy(answer: Awaited<ReturnType<TestClient['exchange']>>): Granted {
  if (answer.status !== 200) {
    throw new Error(`no tokens: ${answer.error} ${answer.error_description}`)
  }
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    lifetimeSeconds: answer.expires_in,
  }
}
