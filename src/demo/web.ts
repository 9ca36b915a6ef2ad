/** A page as a web server answers with it. */
export interface WebPage {
  status: number
  /** Media type. */
  type: string
  body: string
}

/**
 * The rest of the web as the demo sees it, for what Nextcloud downloads itself; `undefined` where
 * nobody answers at an address.
 */
export type Web = (url: string) => Promise<WebPage | undefined>

/** A page known by its address. */
export function webOf(pages: Readonly<Record<string, WebPage>>): Web {
  return async url =>
    pages[url] ??
    (isKnownHost(pages, url) ? { status: 404, type: 'text/html', body: '' } : undefined)
}

/** What curl says where nobody answers. */
export function connectionRefused(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  const number = port || (protocol === 'https:' ? '443' : '80')
  return (
    `cURL error 7: Failed to connect to ${hostname} port ${number} after 0 ms: ` +
    "Couldn't connect to server " +
    `(see https://curl.haxx.se/libcurl/c/libcurl-errors.html) for ${url}`
  )
}

function isKnownHost(pages: Readonly<Record<string, WebPage>>, url: string): boolean {
  return Object.keys(pages).some(known => new URL(known).host === new URL(url).host)
}
