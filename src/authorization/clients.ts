/** AI clients: who may come, how to name them for people, where they may be sent back to. */
/** A client in words for people. Its name is its own claim, its document's host is not. */
export interface ClientDescription {
  readonly id: string
  /** At most 100 characters on one line. */
  readonly name: string
  /** Host of the document that describes it (its identity); undefined: it registered itself. */
  readonly host: string | undefined
}

/** Where a client is sent back to, for the person to judge. */
export interface RedirectTarget {
  readonly uri: string
  /** Host and port; empty for an address of a program's own scheme. */
  readonly host: string
  /** A program's own scheme, such as `cursor`. */
  readonly scheme: string | undefined
  /** Whether it is this computer: then any program on it could have asked. */
  readonly isLoopback: boolean
}

const LONGEST_NAME = 100
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
/** Schemes that a browser or the system itself runs or opens; no program's own. */
const UNSAFE_SCHEMES =
  /^(javascript|data|vbscript|file|blob|about|filesystem|view-source|chrome|edge|resource|[a-z-]*-extension|ws|wss|ftp|smb|ldap|ssh|mailto|tel|sms|intent|ms-[a-z-]+|search(-ms)?):$/

/** Whether a client id is the address of a document that describes the client. */
export function isDocumentId(clientId: string): boolean {
  // In capitals too, as the library takes it.
  return /^https:\/\//i.test(clientId)
}

/** Where a redirect address leads; undefined: nowhere that anybody should be sent to. */
export function redirectTarget(address: unknown): RedirectTarget | undefined {
  const url = typeof address === 'string' ? URL.parse(address) : null
  if (url === null || url.hash !== '' || url.username !== '' || url.password !== '')
    return undefined
  const { protocol, hostname, host, href: uri } = url
  const isLoopback = LOOPBACK.has(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback)) {
    return { uri, host, scheme: undefined, isLoopback }
  }
  if (protocol === 'http:' || UNSAFE_SCHEMES.test(protocol)) return undefined
  return { uri, host: '', scheme: protocol.slice(0, -1), isLoopback: false }
}

/** Names a client for people. */
export function describeClient(id: string, name: string | undefined): ClientDescription {
  const host = isDocumentId(id) ? new URL(id).host : undefined
  const line = (name ?? '').replace(/[\p{C}\s]+/gu, ' ').trim()
  const short = [...line].slice(0, LONGEST_NAME).join('')
  return { id, name: short || host || 'MCP client', host }
}

/** Which clients may come (`ALLOWED_MCP_CLIENTS`). */
export interface ClientPolicy {
  /** Whether a client may register, or be used. */
  allows(metadata: { clientId: string; redirectUris: readonly string[] }): boolean
  /** Whether a document may be fetched, by its address alone. */
  allowsDocument(clientId: string): boolean
  /** Whether the operator named this host, and so vouches for it even on a private network. */
  names(host: string): boolean
}

/**
 * @param allowed hosts (of the client's document, or of all its redirect addresses; `*.` for those
 *   below one), schemes with a colon, or client ids; undefined: any
 */
export function clientPolicy(allowed: readonly string[] | undefined): ClientPolicy {
  const entries = allowed?.map(entry => entry.toLowerCase())
  const lists = (text: string) => entries?.includes(text) ?? true
  // Only hosts end with their domain: the path of an address may end with anything.
  const matches = (host: string) =>
    lists(host) ||
    (entries?.some(entry => entry.startsWith('*.') && host.endsWith(entry.slice(1))) ?? false)
  const matchesTarget = (uri: string) => {
    const target = redirectTarget(uri)
    if (target === undefined) return false
    const { host, scheme, isLoopback } = target
    if (scheme !== undefined) return lists(`${scheme}:`)
    return (
      matches(host) || matches(host.replace(/:\d+$/, '')) || (isLoopback && matches('localhost'))
    )
  }
  // Loopback as a host is where programs come back to, not where anybody's documents are.
  const allowsDocument = (clientId: string) => {
    const { hostname } = new URL(clientId)
    return lists(clientId.toLowerCase()) || (!LOOPBACK.has(hostname) && matches(hostname))
  }
  return {
    allowsDocument,
    allows({ clientId, redirectUris }) {
      if (isDocumentId(clientId)) return allowsDocument(clientId)
      return lists(clientId.toLowerCase()) || redirectUris.every(matchesTarget)
    },
    // A name of loopback stands for programs on it; a document there has to be named as a whole.
    names: host =>
      entries?.some(entry =>
        isDocumentId(entry)
          ? URL.parse(entry)?.hostname === host
          : entry === host && !LOOPBACK.has(host),
      ) ?? false,
  }
}
