/** Addresses of a provider: its issuer, its discovery document, and whether it is Nextcloud itself. */

const DOCUMENT = /\/\.well-known\/(openid-configuration|oauth-authorization-server)(\/.*)?$/

/** The discovery document of an address that is one, or that is an issuer (OIDC Discovery 4). */
export function documentUrl(address: string): URL {
  return DOCUMENT.test(address)
    ? new URL(address)
    : new URL(`${address.replace(/\/+$/, '')}/.well-known/openid-configuration`)
}

/**
 * The issuers whose document an address can be (OIDC Discovery 4.3, RFC 8414 3.3). Nextcloud serves
 * that of `https://host` below `https://host/index.php` too, where there are no pretty addresses.
 */
export function expectedIssuers(document: URL): string[] {
  const [, , suffix = ''] = DOCUMENT.exec(document.pathname) ?? []
  const issuer = document.origin + document.pathname.replace(DOCUMENT, '') + suffix
  return [issuer, issuer.replace(/\/index\.php$/, '')]
}

/** Whether two issuers are the same, a slash at the end aside. */
export function sameIssuer(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '')
}

/** Whether two addresses have the same origin; default ports do not count. */
export function sameOrigin(one: string, other: string): boolean {
  const origin = URL.parse(one)?.origin
  return origin !== undefined && origin === URL.parse(other)?.origin
}
