/** Nextcloud as one caller sees it during one call. */
import { type Account, createAccounts } from './account.ts'
import type { Credential } from './credential.ts'
import { hasCode } from './errors.ts'
import { createHttp, type Http, type HttpOptions } from './http.ts'
import { createLoginGuard } from './login-guard.ts'
import type { Reply, StreamedReply } from './reply.ts'
import type { HttpRequest } from './request.ts'

/** All a tool needs to reach Nextcloud; it never sees the credential behind it. */
export interface Session {
  /** Address of the instance without a trailing slash, for links people can open. */
  readonly baseUrl: string
  /** Path of the instance below its origin, `''` for none; hrefs in DAV answers start with it. */
  readonly basePath: string
  /** What is remembered between the calls of this user. */
  readonly account: Pick<Account, 'key' | 'state' | 'cached' | 'forget' | 'serialised'>
  /** Aborts when the caller cancels; every request of the session follows it. */
  readonly signal: AbortSignal | undefined
  /** @see Http.send */
  send(request: HttpRequest): Promise<Reply>
  /** @see Http.stream */
  stream(request: HttpRequest): Promise<StreamedReply>
  /** The same user without the cancellation, for discoveries that several calls share. */
  detached(): Session
}

/** One instance; opens sessions on it. */
export interface Nextcloud {
  readonly http: Http
  open(credential: Credential, signal?: AbortSignal): Session
  close(): Promise<void>
}

/** The instance at `options.baseUrl`. No request is made until a session makes one. */
export function createNextcloud(options: HttpOptions): Nextcloud {
  const http = createHttp(options)
  const accounts = createAccounts(http.baseUrl)
  const logins = createLoginGuard()
  const open = (credential: Credential, signal: AbortSignal | undefined): Session => {
    const account = accounts.of(credential)
    const guarded = <T>(
      road: (request: HttpRequest, credential: Credential) => Promise<T>,
      request: HttpRequest,
    ): Promise<T> =>
      logins
        .run(account, credential, () =>
          road(signal === undefined ? request : { signal, ...request }, credential),
        )
        .catch(async (error: unknown) => {
          if (!hasCode(error, 'UNAUTHORIZED')) throw error
          throw (await credential.refused?.()) ?? error
        })
    return {
      baseUrl: http.baseUrl,
      basePath: http.basePath,
      account,
      signal,
      send: request => guarded(http.send, request),
      stream: request => guarded(http.stream, request),
      detached: () => open(credential, undefined),
    }
  }
  return {
    http,
    open,
    close: () => http.close(),
  }
}
