/** Where load may go. */

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** A load generator is not to be pointed at other people's machines. @throws Error when it is */
export function loopback(address: string): URL {
  const url = URL.parse(address)
  if (url === null || !LOOPBACK.has(url.hostname) || url.protocol !== 'http:') {
    throw new Error(`${address} is not http on this machine`)
  }
  return url
}
