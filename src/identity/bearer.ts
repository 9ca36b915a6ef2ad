/** OAuth access tokens (RFC 6750) of users: who calls, and with which scopes. */
import {
  bearerAuthChallengeResponse,
  OAuthError,
  OAuthErrorCode,
} from '@modelcontextprotocol/server'
import { isProviderError, type ProviderError } from '../oidc/errors.ts'
import type { AccessToken, Identity } from './caller.ts'
import { InvalidToken } from './invalid-token.ts'
import { dotted, impliedScopes, type Scope } from './scopes.ts'
import type { Verifier } from './verifier.ts'

/** What challenges tell. */
export interface BearerOptions {
  readonly verifier: Verifier
  /** Resolves when there is a provider to sign in at. @throws ProviderError while there is none */
  readonly provider: () => Promise<unknown>
  /** Address of the metadata that says where to get a token (RFC 9728 5.1). */
  readonly metadataUrl: string
  /** Scopes to ask for where nothing says which are needed. */
  readonly basicScopes: readonly string[]
  /** Whether a good token still counts. @throws InvalidToken where it does not */
  readonly accept?: ((token: AccessToken) => Promise<void>) | undefined
  /** Told of every token that was not accepted, or could not be checked. */
  readonly report?: (error: InvalidToken | ProviderError) => void
}

/** Retry-After in seconds where the provider's own answer says nothing. */
const RETRY_AFTER_S = 5

/** Identifies callers by their token, and challenges those without a good one. */
export function bearerIdentity(options: BearerOptions): Identity {
  const { verifier, metadataUrl: resourceMetadataUrl, basicScopes } = options
  const challenge = (code: OAuthErrorCode, message: string, scopes: readonly string[]) =>
    bearerAuthChallengeResponse(new OAuthError(code, message), {
      requiredScopes: [...scopes],
      resourceMetadataUrl,
    })
  return {
    async identify(request, asked = []) {
      const unauthorized = (message: string) =>
        challenge(OAuthErrorCode.InvalidToken, message, joined(basicScopes, asked))
      const token = bearerToken(request.headers.get('authorization'))
      try {
        if (token === undefined) {
          await options.provider()
          return unauthorized('Sign in: an access token is needed')
        }
        const verified = await verifier.verify(token)
        await options.accept?.(verified)
        return { kind: 'bearer', token, ...verified }
      } catch (error) {
        if (!(error instanceof InvalidToken) && !isProviderError(error)) throw error
        options.report?.(error)
        return error instanceof InvalidToken ? unauthorized(error.message) : unavailable(error)
      }
    },
    refuse(needed) {
      return challenge(
        OAuthErrorCode.InsufficientScope,
        `This needs the scopes ${needed.join(' ')}`,
        spelled(basicScopes, impliedScopes(needed)),
      )
    },
  }
}

/** The token of an `Authorization: Bearer` header; undefined for any other or a broken one. */
export function bearerToken(header: string | null): string | undefined {
  return /^Bearer +([^\s,]+) *$/i.exec(header ?? '')?.[1]
}

/** The provider does not answer: not the token's fault, so nobody needs to sign in again. */
function unavailable(error: ProviderError): Response {
  const seconds = Math.ceil((error.details.retryAfterMs ?? RETRY_AFTER_S * 1_000) / 1_000)
  return Response.json(
    {
      jsonrpc: '2.0',
      error: {
        code: -32_000,
        message:
          'Access tokens cannot be checked: the identity provider is not available right now',
      },
      id: null,
    },
    { status: 503, headers: { 'retry-after': String(seconds) } },
  )
}

function joined(basic: readonly string[], asked: readonly Scope[]): string[] {
  return [...new Set([...basic, ...spelled(basic, impliedScopes(asked))])]
}

/** Spelt as the basic scopes are, which may be configured with dots. */
function spelled(basic: readonly string[], scopes: readonly Scope[]): string[] {
  const withDots = basic.some(scope => /^[a-z]+\.(read|write|send)$/.test(scope))
  return scopes.map(scope => (withDots ? dotted(scope) : scope))
}
