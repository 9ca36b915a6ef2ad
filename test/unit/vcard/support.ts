/** A CardDAV of one book that stores every text as it is, and what tests compare texts by. */
import { createHash, randomUUID } from 'node:crypto'
import type { ToolContext } from '../../../src/mcp/tool.ts'
import { createAccounts } from '../../../src/nextcloud/account.ts'
import { CodedError } from '../../../src/nextcloud/errors.ts'
import { Reply } from '../../../src/nextcloud/reply.ts'
import type { HttpRequest } from '../../../src/nextcloud/request.ts'
import type { Session } from '../../../src/nextcloud/session.ts'

const NAMESPACES =
  'xmlns:d="DAV:" xmlns:card="urn:ietf:params:xml:ns:carddav" xmlns:cal="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"'
const HOME = '/remote.php/dav/addressbooks/users/alice/'
const BOOK = `${HOME}contacts/`

/** Cards by name, and the way to them. */
export interface MemoryBook {
  readonly cards: Map<string, string>
  readonly requests: HttpRequest[]
  /** How many resources each report had. */
  readonly sent: number[]
  readonly context: ToolContext
  /** A change by somebody else; undefined deletes. */
  change(name: string, text: string | undefined): void
  /** From here on, tokens of before are not known. */
  forgetTokens(): void
  /** Puts another state in place, about which the list of changes says nothing. */
  restore(cards: Iterable<readonly [string, string]>): void
}

interface State {
  readonly cards: Map<string, string>
  readonly changes: string[]
  readonly sent: number[]
  readonly isPlain: boolean
  oldest: number
}

export function memoryBook(
  cards: Iterable<readonly [string, string]> = [],
  { isPlain = false } = {},
): MemoryBook {
  const state: State = { cards: new Map(cards), changes: [], sent: [], isPlain, oldest: 0 }
  const requests: HttpRequest[] = []
  const credential = { kind: 'basic', loginName: 'alice', password: randomUUID() } as const
  const account = createAccounts('https://cloud.example')
  const session: Session = {
    baseUrl: 'https://cloud.example',
    basePath: '',
    account: account.of(credential),
    signal: undefined,
    detached: () => session,
    stream: () => Promise.reject(new Error('not here')),
    send: async (request: HttpRequest) => {
      requests.push(request)
      const reply = answer(state, request)
      if (reply.body.length > (request.maxBytes ?? 32 * 1024 * 1024)) {
        throw new CodedError('TOO_LARGE', 'The answer is too large')
      }
      return reply
    },
  }
  return {
    cards: state.cards,
    requests,
    sent: state.sent,
    context: {
      session,
      signal: new AbortController().signal,
      user: undefined,
      tools: async () => [],
      granted: async () => undefined,
      progress: () => {},
    },
    change(name, text) {
      if (text === undefined) state.cards.delete(name)
      else state.cards.set(name, text)
      state.changes.push(name)
    },
    forgetTokens: () => {
      state.oldest = state.changes.length + 1
    },
    restore(next) {
      state.cards.clear()
      for (const [name, text] of next) state.cards.set(name, text)
      // A token that is ahead of what the changes are known for.
      state.changes.push('')
    },
  }
}

function answer(state: State, request: HttpRequest): Reply {
  const { cards } = state
  const { method, path } = request
  const name = decodeURIComponent(path.slice(BOOK.length))
  const headers = new Map(Object.entries(request.headers ?? {}))
  const text = cards.get(name)
  const token = `t${state.changes.length}`
  if (method === 'PROPFIND' && path === '/remote.php/dav/') {
    return found(
      path,
      '<d:current-user-principal><d:href>/remote.php/dav/principals/users/alice/</d:href></d:current-user-principal>',
    )
  }
  if (method === 'PROPFIND' && path.includes('/principals/')) {
    return found(
      path,
      `<cal:calendar-home-set><d:href>/remote.php/dav/calendars/alice/</d:href></cal:calendar-home-set><card:addressbook-home-set><d:href>${HOME}</d:href></card:addressbook-home-set>`,
    )
  }
  if (method === 'PROPFIND' && path === HOME) {
    const tag = `<cs:getctag>${token}</cs:getctag>`
    return found(
      BOOK,
      `<d:displayname>Contacts</d:displayname><d:resourcetype><d:collection/><card:addressbook/></d:resourcetype>${tag}${state.isPlain ? '' : `<d:sync-token>${token}</d:sync-token>`}`,
    )
  }
  if (method === 'PUT') {
    const etag = headers.get('if-match')
    const isFree = headers.get('if-none-match') !== '*' || text === undefined
    if (!isFree || (etag !== undefined && (text === undefined || etag !== `"${etagOf(text)}"`))) {
      throw new CodedError('CONFLICT', 'In conflict', { status: 412 })
    }
    const body = String(request.body)
    cards.set(name, body)
    return new Reply(text === undefined ? 201 : 204, { etag: `"${etagOf(body)}"` }, Buffer.alloc(0))
  }
  if (method === 'REPORT' || path === BOOK) return report(state, String(request.body), token)
  if (text === undefined) throw new CodedError('NOT_FOUND', 'Not found', { status: 404 })
  const exact = { etag: `"${etagOf(text)}"` }
  if (method === 'GET') return new Reply(200, exact, Buffer.from(text))
  if (method === 'PROPFIND') return found(path, cardProperties(text))
  throw new Error(`${method} ${path} is not in this test`)
}

/** All cards, those that changed, those at hrefs, or those with a word; PHOTO where it is asked for. */
function report(state: State, body: string, token: string): Reply {
  const from = /<d:sync-token>t(\d+)<\/d:sync-token>/.exec(body)?.[1]
  if (from !== undefined && Number(from) < state.oldest) {
    throw new CodedError('FORBIDDEN', 'Not allowed', {
      status: 403,
      serverMessage: 'Invalid or unknown sync token',
    })
  }
  const hrefs = [...body.matchAll(/<d:href>([^<]*)<\/d:href>/g)].map(([, href]) => href)
  const word = /<card:text-match[^>]*>([^<]*)</.exec(body)?.[1]?.toLowerCase()
  const names =
    from === undefined ? [...state.cards.keys()] : state.changes.slice(Number(from)).filter(Boolean)
  const resources = [...new Set(names)].flatMap(name => {
    const href = BOOK + encodeURIComponent(name)
    const data = state.cards.get(name)
    if (data === undefined) {
      return [
        `<d:response><d:href>${href}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>`,
      ]
    }
    if (hrefs.length > 0 && !hrefs.includes(href)) return []
    const said = data.toLowerCase().replace(/\\([,;:\\])/g, '$1')
    if (word !== undefined && !said.includes(word)) return []
    if (!body.includes('address-data')) return [resource(href, '<d:getetag>x</d:getetag>')]
    const isProjected = body.includes('<card:prop ')
    const photo =
      isProjected && data.includes('PHOTO')
        ? '<p:has-photo xmlns:p="http://nextcloud.com/ns">1</p:has-photo>'
        : ''
    const shown = isProjected ? data.replace(/PHOTO[^\r\n]*\r\n/g, '') : data
    return [resource(href, cardProperties(shown) + photo)]
  })
  state.sent.push(resources.length)
  return multi(`${resources.join('')}<d:sync-token>${token}</d:sync-token>`)
}

function cardProperties(text: string): string {
  const data = text.replace(/[&<>\r]/g, character => `&#${character.charCodeAt(0)};`)
  return `<d:getcontentlength>${Buffer.byteLength(text)}</d:getcontentlength><d:getetag>&quot;${etagOf(text)}&quot;</d:getetag><card:address-data>${data}</card:address-data>`
}

function found(path: string, properties: string): Reply {
  return multi(resource(path, properties))
}

function resource(path: string, properties: string): string {
  return `<d:response><d:href>${path}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
}

function multi(content: string): Reply {
  const body = `<?xml version="1.0"?><d:multistatus ${NAMESPACES}>${content}</d:multistatus>`
  return new Reply(207, { 'content-type': 'application/xml' }, Buffer.from(body))
}

function etagOf(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/**
 * A text in pieces, one for each property, found without the parser under test: a piece begins
 * where a physical line begins with a name, and goes on to the next.
 */
export function pieces(text: string): { name: string; raw: string }[] {
  const physical = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
  const result: { name: string; raw: string }[] = []
  let isSoft = false
  let depth = 0
  for (const line of physical) {
    const last = result.at(-1)
    if (last !== undefined && (isSoft || /^[ \t]/.test(line))) last.raw += line
    else {
      const head = /^\uFEFF?(?:[\w-]+\.)?([\w-]+)[;:]/.exec(line)?.[1]?.toUpperCase()
      // What is inside of a card in a card is no property of the outer one.
      if (/^\uFEFF?BEGIN:/i.test(line)) depth++
      result.push({ name: depth > 1 ? '(inside)' : (head ?? '(none)'), raw: line })
      if (/^END:/i.test(line)) depth--
    }
    const whole = result.at(-1)?.raw ?? ''
    isSoft = /=\s*$/.test(line) && /^[^:]*QUOTED-PRINTABLE/i.test(whole)
  }
  // Folds may be in the middle of a name.
  for (const piece of result) {
    const unfolded = piece.raw.replace(/(?:\r\n|\n|\r)[ \t]/g, '')
    const head = /^(?:[\w-]+\.)?([\w-]+)[;:]/.exec(unfolded)?.[1]?.toUpperCase()
    if (head !== undefined && piece.name === '(none)') piece.name = head
  }
  return result
}
