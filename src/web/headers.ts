/** Headers of the pages for people. */

/** What a page's headers depend on. */
export interface HeaderOptions {
  /**
   * Addresses that a form of the page may lead to, also by redirect, such as the client's redirect
   * URI. Whole URLs; of each only the origin, or the scheme of an app's own, is allowed.
   */
  readonly formActions?: readonly string[] | undefined
  /**
   * For every page of an authorization request. Clients may open it in a small window which, when
   * it is back at the client, reports to the page that opened it; `same-origin` would cut the two
   * off from each other for good.
   */
  readonly keepsOpener?: boolean
}

/** Headers of every page: nothing but its own style and script, in nobody's frame, kept nowhere. */
export function securityHeaders(options: HeaderOptions = {}): Record<string, string> {
  const formActions = (options.formActions ?? []).map(sourceOf).filter(source => source !== '')
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    `form-action ${["'self'", ...new Set(formActions)].join(' ')}`,
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    // With no-referrer browsers send forms with `Origin: null`, which looks like another site's.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': options.keepsOpener === true ? 'unsafe-none' : 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  }
}

/** Headers of an asset, whose address changes with its content. */
export function assetHeaders(contentType: string): Record<string, string> {
  return {
    'content-type': contentType,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  }
}

/** Schemes that run or show something within the browser instead of leading to a client. */
const NEVER = new Set(['about:', 'blob:', 'data:', 'file:', 'filesystem:', 'javascript:'])

/**
 * An address as a source of a content security policy (CSP 3, 2.3.1); empty where it has none.
 * Host names may contain `*`, `;` and `,` for URLs, which would mean something else in a policy.
 */
function sourceOf(address: string): string {
  const url = URL.parse(address)
  if (url === null || NEVER.has(url.protocol)) return ''
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
  // A policy cannot name an IPv6 address.
  if (!isWeb || url.hostname.startsWith('[')) return url.protocol
  return /^[a-z\d._-]+$/.test(url.hostname) ? url.origin : ''
}
