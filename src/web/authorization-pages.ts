/** What people see of the authorization server itself: faults that no client can be told, and ends. */
import type { AuthorizationFault, WholePage } from '../authorization/configuration.ts'
import { securityHeaders } from './headers.ts'
import { languageOf } from './language.ts'
import { donePage, type Fault, faultPage } from './views/index.ts'

/** Makes the pages. */
export function authorizationPages(
  serverUrl: string,
  nextcloud: { readonly url: string; readonly publicUrl: string | undefined },
): {
  faultPage(fault: AuthorizationFault, acceptLanguage: string): WholePage
  programPage(address: string, acceptLanguage: string): WholePage
} {
  const base = new URL(serverUrl).pathname.replace(/\/+$/, '')
  const nextcloudUrl = nextcloud.publicUrl ?? nextcloud.url
  const context = (acceptLanguage: string) => {
    return { language: languageOf(acceptLanguage), base, csrf: '', nextcloudUrl }
  }
  const headers = securityHeaders({ keepsOpener: true })
  return {
    faultPage: (fault, acceptLanguage) => ({
      html: faultPage(context(acceptLanguage), faultOf(fault)),
      headers,
    }),
    programPage(address, acceptLanguage) {
      const done = new URL(address).searchParams.has('error') ? 'denied' : 'connected'
      return { html: donePage(context(acceptLanguage), done, address), headers }
    },
  }
}

function faultOf({ error, description }: AuthorizationFault): Fault {
  if (error === 'server_error') return 'internal'
  // What the library says of a browser without the cookies of the request.
  if (/session|expired/.test(description ?? '')) return 'request-expired'
  return 'client-refused'
}
