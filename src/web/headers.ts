/** Headers of the pages for people. */

/** What a page's headers depend on. */
export interface HeaderOptions {
  /**
   * For every page of an authorization request. Clients may open it in a small window which, when
   * it is back at the client, reports to the page that opened it; `same-origin` would cut the two
   * off from each other for good.
   */
  readonly keepsOpener?: boolean
}

/** Headers of every page: nothing but its own style and script, in nobody's frame, kept nowhere. */
export function securityHeaders(options: HeaderOptions = {}): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
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
