/** Faults of the authorization server that no client can be told, as pages. */
import type { AuthorizationFault, FaultPage } from '../authorization/configuration.ts'
import { securityHeaders } from './headers.ts'
import { languageOf } from './language.ts'
import { type Fault, faultPage } from './views/index.ts'

/** Makes the page for a fault. */
export function describeFault(
  serverUrl: string,
  nextcloud: { readonly url: string; readonly publicUrl: string | undefined },
): (fault: AuthorizationFault, acceptLanguage: string) => FaultPage {
  const base = new URL(serverUrl).pathname.replace(/\/+$/, '')
  const nextcloudUrl = nextcloud.publicUrl ?? nextcloud.url
  return (fault, acceptLanguage) => {
    const language = languageOf(acceptLanguage)
    const context = { language, base, csrf: '', nextcloudUrl }
    return { html: faultPage(context, faultOf(fault)), headers: securityHeaders() }
  }
}

function faultOf({ error, description }: AuthorizationFault): Fault {
  if (error === 'server_error') return 'internal'
  // What the library says of a browser without the cookies of the request.
  if (/session|expired/.test(description ?? '')) return 'request-expired'
  return 'client-refused'
}
