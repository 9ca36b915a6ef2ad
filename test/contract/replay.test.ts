/** Replays what was recorded at a real Nextcloud against the demo: it must answer alike. */
import { describe, expect, test } from 'vitest'
import { type DemoMail, type DemoNextcloud, startDemoNextcloud } from '../../src/demo/index.ts'
import { webOf } from '../../src/demo/web.ts'
import { type Answer, compare, compareSubset, type Names, translate } from './compare.ts'
import { type RecordedExchange, readRecording } from './recording.ts'

/** The users of the recorded instance. */
const users = [
  { id: 'admin', displayName: 'admin', email: 'admin@example.org', admin: true },
  { id: 'alice', displayName: 'Alice Example', email: 'alice@example.org', groups: ['team'] },
  { id: 'bob', displayName: 'Bob Example', email: 'bob@example.org', groups: ['team'] },
  { id: 'charlie', displayName: 'Charlie Example', email: 'charlie@example.org' },
].map(user => ({ ...user, password: `${user.id}-secret` }))

/** What the demo does not serve, by the start of the path, and why. */
const notServed: Record<string, string> = {
  '/index.php/apps/mail/api/autoComplete': 'nobody types addresses into the demo',
  '/ocs/v2.php/apps/activity/': 'the demo keeps no log of what happened',
  '/ocs/v2.php/apps/tables/api/2/contexts': 'applications arrange tables for people to look at',
  '/ocs/v2.php/apps/deck/api/v1.0/overview/': 'no tool asks for what is due on all boards',
  '/ocs/v2.php/apps/deck/api/v1.0/search': 'no tool searches in Deck',
  '/ocs/v2.php/apps/deck/api/v1.0/config': 'the settings of its pages',
}

const phpError = 'the page about an error of PHP is that of the theme in use'

/** Exchanges of which only a part can be compared, by name or app and name, and why. */
const onlyStatus: Record<string, string> = {
  'well-known redirect (nginx 301)': 'the page is that of the web server in front',
  'If-Modified-Since': 'the message has the id of the request in the log',
  'malformed XML body -> 400': 'the message is that of the XML parser in use',
  'no title': phpError,
  'bad id': phpError,
  'no type': phpError,
  'view update with JSON strings inside data -> 500 in 1.0.9 (arrays are wanted)': phpError,
  'view update, columns as a plain id list': phpError,
  'no credentials: 500 not 401': 'the page differs with every request',
  'no url': 'the page differs with every request',
  '404 page -> 400': 'quotes the page of the web server that was asked',
  'mail: no credentials': 'the page is a whole page of Nextcloud, with its scripts',
  'unified search providers': 'the demo has fewer apps',
  'capabilities anonymous (subset)': 'the demo has fewer apps; compared by a test of its own',
  conversations: 'the demo writes no news about Talk and no notes to self',
  'capabilities, authenticated': 'the demo has fewer apps; compared by a test of its own',
}

/** The web that the recorded instance downloaded from. */
const web = webOf({
  'http://vm:8099/recipe.html': {
    status: 200,
    type: 'text/html',
    body: `<script type="application/ld+json">${JSON.stringify({
      '@context': 'http://schema.org',
      '@type': 'Recipe',
      name: 'Imported soup',
      description: 'Warm',
      recipeYield: '4 servings',
      prepTime: 'PT10M',
      cookTime: 'PT20M',
      totalTime: 'PT30M',
      recipeIngredient: ['1 l water', '2 carrots'],
      recipeInstructions: ['Boil', 'Eat'].map(text => ({ '@type': 'HowToStep', text })),
      recipeCategory: 'Soup',
      keywords: 'warm,easy',
    })}</script>`,
  },
  'http://127.0.0.1:8099/feed.xml': {
    status: 200,
    type: 'application/rss+xml',
    body: `<rss version="2.0"><channel><title>Local feed</title><link>http://127.0.0.1:8099/</link>
      <item><title>One</title><link>http://127.0.0.1:8099/1</link><guid>g1</guid>
        <pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate>
        <description>&lt;p&gt;First &lt;b&gt;item&lt;/b&gt;&lt;/p&gt;</description></item>
      <item><title>Two</title><link>http://127.0.0.1:8099/2</link><guid>g2</guid>
        <pubDate>Fri, 20 Nov 2026 11:00:00 GMT</pubDate><description>Second</description></item>
      <item><title>Three</title><link>http://127.0.0.1:8099/3</link><guid>g3</guid>
        <pubDate>Fri, 20 Nov 2026 12:00:00 GMT</pubDate><description>Third</description></item>
      </channel></rss>`,
  },
  'http://127.0.0.1:8099/plain.html': { status: 200, type: 'text/html', body: '<p>Nothing' },
  'http://vm:8099/plain.html': { status: 200, type: 'text/html', body: '<p>Nothing</p>' },
})
/** Exchanges that are left out, by recording and name, and why. */
const leftOut: Record<string, Record<string, string>> = {
  polls: {
    'no title': 'a mistake in PHP: no client asks without one',
    comment: 'comments are not served',
    'comment (field "comment")': 'comments are not served',
  },
  forms: { 'as CSV': 'for people with a spreadsheet' },
  talk: {
    'mention suggestions': 'for people who type',
    reminder: 'nothing in the demo reminds of anything',
    'share a file into the room (share type 10)': 'shares are another app',
    'shared items': 'an overview for people; lists of one kind are served',
  },
}

/** What had happened at the recorded instance before an exchange, by recording and its name. */
const preparations: Record<string, Record<string, (stage: Stage) => Promise<void>>> = {
  webdav: {
    'exclusively locked by another request -> 423': async ({ demo }) => {
      demo.lock('alice', '/docs/a.txt')
    },
  },
  notes: {
    'upload attachment (only under v1.4)': async stage => {
      const note = await stage.send('POST', '/index.php/apps/notes/api/v1/notes', '{}')
      stage.names.set('127', String(JSON.parse(note.body).id))
    },
  },
  trashbin: {
    list: async stage => {
      const docs = '/remote.php/dav/files/alice/docs'
      await stage.send('MKCOL', docs)
      const put = (name: string, size: number) =>
        stage.send('PUT', `${docs}/${name}`, 'x'.repeat(size))
      await put('a.txt', 14)
      await put('moved%20file.txt', 14)
      await put('mtime.txt', 2)
      await put('%C3%BCn%C3%AF%20%23%25%20%26%20%2B.txt', 1)
      await put('copy.txt', 14)
      await stage.send('DELETE', `${docs}/copy.txt`)
      await put('big.bin', 5_242_890)
      await stage.send('DELETE', `${docs}/big.bin`)
    },
    'download from trash': async stage => {
      const file = '/remote.php/dav/files/alice/t3.txt'
      await stage.send('PUT', file, '333')
      await stage.send('DELETE', file)
      const { body } = await stage.send('PROPFIND', '/remote.php/dav/trashbin/alice/trash')
      stage.names.set('t3.txt.d1795229311', /t3\.txt\.d\d+/.exec(body)?.[0] ?? '')
    },
  },
  versions: {
    'write 0': async ({ send }) => {
      await send('MKCOL', '/remote.php/dav/files/alice/docs')
    },
    'list versions': async ({ names, send }) => {
      const file = '/remote.php/dav/files/alice/docs/ver.txt'
      const time = async () => {
        const { headers } = await send('GET', file)
        return String(Date.parse(headers.get('last-modified') ?? '') / 1000)
      }
      for (const [recorded, next] of [
        ['1795229272', 'v1\n'],
        ['1795229274', 'v2\n'],
        ['1795229275', undefined],
      ] as const) {
        names.set(recorded, await time())
        if (next !== undefined) await send('PUT', file, next)
      }
    },
  },
  contacts: {
    // The instance had changed its accounts more often than the demo, and met people of its own.
    'list address books (incl. z-server-generated--system, z-app-generated--contactsinteraction--recent)':
      async ({ send, names }) => {
        const { body } = await send('PROPFIND', '/remote.php/dav/addressbooks/users/alice', tokens)
        const [, , system = '', recent = ''] = [
          ...body.matchAll(
            /<(\w+):getctag[^>]*?(?:>(?:http:\/\/sabre\.io\/ns\/sync\/)?(\d+)<|\/>)/g,
          ),
        ].map(([, , token]) => token)
        names.set('34', system)
        names.set('1795229520', recent)
      },
  },
  tables: {
    // Somebody else had looked at their tables first, and has the table to learn from.
    'list v1': async ({ sendJson }) => {
      await sendJson('bob', 'GET', `${tables}/tables`)
    },
    'view update with arrays inside data': async ({ sendJson }) => {
      const create = (path: string, body: object) =>
        sendJson('alice', 'POST', `${tables}/tables${path}`, body)
      await create('', { title: 'Views' })
      await create('/6/columns', { title: 'Name', type: 'text', mandatory: false })
      await create('/6/rows', { data: { 19: 'Bolt' } })
      await create('/6/rows', { data: { 19: 'Nut' } })
      await create('/6/views', { title: 'Only bolts', emoji: '🔩' })
    },
  },
  shares: {
    'all my shares (none)': async ({ send }) => {
      const home = '/remote.php/dav/files/alice'
      await send('PUT', `${home}/share.txt`, 'x')
      await send('PUT', `${home}/team.txt`, 'x')
      await send('MKCOL', `${home}/pub`)
    },
  },
  deck: {
    // Boards, stacks and cards are numbered apart, so that a number has one meaning only where
    // others have come and made theirs in between, as they had.
    list: async ({ demo }) => {
      for (const title of ['One', 'Two']) await makeBoard(demo, 'bob', title)
    },
    'create stack': async ({ demo }) => {
      await fetch(`${demo.url}${boards}`, { headers: { Authorization: basic('charlie') } })
    },
  },
  polls: {
    // Of the third poll nothing before was recorded.
    'date option': async ({ send }) => {
      const poll = '/ocs/v2.php/apps/polls/api/v1.0/poll?type=datePoll&title=Days'
      for (let made = 0; made < 2; made++) await send('POST', poll)
    },
  },
  mail: {
    accounts: async ({ demo }) => {
      // Numbers of mails and mailboxes say too much to be told apart: bob used the first ones.
      for (let at = 0; at < 3; at++) demo.deliverMail('bob', { from: bobs, text: 'x' })
      const inbox = '/index.php/apps/mail/api/mailboxes/5/sync'
      await request(demo, 'bob', 'POST', inbox, { init: true })
      await request(demo, 'bob', 'POST', '/index.php/apps/mail/api/drafts', { accountId: 1 })
      for (const mail of recordedMails) demo.deliverMail('alice', mail)
    },
  },
  // What had been restored was deleted again before it was deleted for good.
  collectives: {
    'delete for good': async ({ send, names }) => {
      await send('DELETE', `${collective}/pages/${names.get('150') ?? ''}`)
    },
    'delete with its team': async ({ send }) => {
      await send('DELETE', collective)
    },
  },
  systemtags: { 'list all': shareTxt },
  comments: { 'list (none)': shareTxt },
}

const tables = '/index.php/apps/tables/api/1'
const bobs = { label: 'Bob Example', email: 'bob@example.org' }
const alices = { label: 'alice@example.org', email: 'alice@example.org' }

/** The inbox of the recorded instance. */
const recordedMails: DemoMail[] = [
  ...[0, 1, 2, 3, 4].map(at => ({
    from: bobs,
    to: [alices],
    subject: `Hello number ${at}`,
    messageId: `alice-m${at}@example.org`,
    date: 1_794_797_033 + at * 86_400,
    ...(at === 3
      ? { html: '<p>HTML <b>body</b> 3 <a href="https://example.org/x">link</a></p>' }
      : { text: `Body of message ${at}\r\n` }),
  })),
  {
    from: { label: 'Carol', email: 'carol@example.org' },
    to: [alices],
    subject: 'With attachment',
    messageId: 'alice-att@example.org',
    date: 1_795_225_433,
    undated: true,
    text: 'see attached',
    parts: [
      { id: '2', name: 'a.txt', type: 'text/plain', content: Buffer.from('hello attachment') },
    ],
  },
]
const collective = '/ocs/v2.php/apps/collectives/api/v1.0/collectives/1'

const tokens =
  '<d:propfind xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:prop><cs:getctag/>' +
  '</d:prop></d:propfind>'

const boards = '/index.php/apps/deck/api/v1.0/boards'

async function makeBoard(demo: DemoNextcloud, user: string, title: string): Promise<void> {
  await fetch(demo.url + boards, {
    method: 'POST',
    headers: { Authorization: basic(user), 'Content-Type': 'application/json' },
    body: JSON.stringify({ title, color: '000000' }),
  })
}

async function shareTxt({ send, names }: Stage): Promise<void> {
  const { headers } = await send('PUT', '/remote.php/dav/files/alice/share.txt', 'x')
  names.set('158', String(Number.parseInt(headers.get('oc-fileid') ?? '', 10)))
}

/** A demo in the state of the recorded instance. */
interface Stage {
  demo: DemoNextcloud
  names: Names
  /** Sends a request as alice. */
  send: (method: string, path: string, body?: string) => Promise<Answer>
  sendJson: (user: string, method: string, path: string, body?: object) => Promise<Answer>
}

const apps = [
  'core',
  'webdav',
  'notes',
  'trashbin',
  'versions',
  'systemtags',
  'comments',
  'calendar',
  'tasks',
  'contacts',
  'tables',
  'cookbook',
  'news',
  'shares',
  'deck',
  'talk',
  'forms',
  'polls',
  'mail',
  'collectives',
]

describe.each(apps)('%s', app => {
  test('answers as recorded', async () => {
    const { exchanges } = readRecording(app)
    const deviations: string[] = []
    await withStage(app, async stage => {
      const prepared = new Set<string>()
      for (const [index, exchange] of exchanges.entries()) {
        if (exchange.name in (leftOut[app] ?? {})) continue
        const prepare = preparations[app]?.[exchange.name]
        if (prepare !== undefined && !prepared.has(exchange.name)) await prepare(stage)
        prepared.add(exchange.name)
        const found = await replay(stage, app, exchange)
        deviations.push(...found.map(what => `${index} ${exchange.name}: ${what}`))
      }
      expect(Object.keys(preparations[app] ?? {}).filter(name => !prepared.has(name))).toEqual([])
    })
    expect(deviations).toEqual([])
  })
})

test('capabilities say nothing that Nextcloud does not say', async () => {
  const { exchanges } = readRecording('core')
  const recorded = (name: string) =>
    exchanges.find(exchange => exchange.name === name)?.response.body
  await withStage('core', async ({ demo }) => {
    const read = async (headers: Record<string, string>) => {
      const response = await fetch(`${demo.url}/ocs/v2.php/cloud/capabilities?format=json`, {
        headers: { 'OCS-APIRequest': 'true', ...headers },
      })
      return (await response.json()) as { ocs: { data: { capabilities: object } } }
    }
    const anonymous = await read({})
    expect(compareSubset('', recorded('capabilities anonymous (subset)'), anonymous)).toEqual([])

    const { capabilities } = (await read({ Authorization: basic('alice') })).ocs.data
    const text = String(recorded('capabilities, authenticated'))
    const compared = Object.entries(capabilities).flatMap(([name, value]) => {
      const wanted = objectAfter(text, `"${name}":`)
      return wanted === undefined ? [] : [{ name, found: compareSubset(name, wanted, value) }]
    })
    expect(compared.flatMap(({ found }) => found)).toEqual([])
    const names = [
      'core',
      'bruteforce',
      'files',
      'cookbook',
      'dav',
      'files_sharing',
      'notes',
      'deck',
      'notifications',
      'provisioning_api',
    ]
    expect(compared.map(({ name }) => name)).toEqual(names)
  })
})

test('teams say nothing that Nextcloud does not say', async () => {
  const { exchanges } = readRecording('circles')
  await withStage('core', async ({ demo }) => {
    let id = ''
    for (const { name, request, response } of exchanges) {
      const answer = await fetch(
        demo.url + request.path.replace('1JmqmQdnRCYirqrY7vpOgB2cO22aRyN', id),
        {
          method: request.method,
          headers: { ...request.headers, Authorization: basic('alice') },
          body: bodyOf(request.body, new Map()),
        },
      )
      const body = (await answer.json()) as { ocs: { data: { id: string } } }
      expect(answer.status, name).toBe(response.status)
      if (name === 'create') id = body.ocs.data.id
      if (response.bodyType === 'json') {
        expect(compareSubset(name, response.body, body)).toEqual([])
      }
    }
  })
})

async function withStage(app: string, run: (stage: Stage) => Promise<void>): Promise<void> {
  // A second passes with every request, from shortly before the recording was made.
  let clock = Date.parse(readRecording(app).recorded) - 30_000
  const demo = await startDemoNextcloud({ users, sampleData: false, now: () => clock, web })
  demo.setRequestHook(() => {
    clock += 1000
  })
  const headers = { Authorization: basic('alice'), 'OCS-APIRequest': 'true' }
  const send: Stage['send'] = async (method, path, body) =>
    read(await fetch(demo.url + path, { method, headers, ...(body !== undefined && { body }) }))
  const sendJson: Stage['sendJson'] = async (user, method, path, body) =>
    read(
      await fetch(demo.url + path, {
        method,
        headers: { ...headers, Authorization: basic(user), 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    )
  try {
    const { hostname, port } = new URL(demo.url)
    const names = new Map([
      ['localhost', hostname],
      ['8080', port],
    ])
    await run({ demo, names, send, sendJson })
  } finally {
    await demo.close()
  }
}

async function replay(
  { demo, names }: Stage,
  app: string,
  exchange: RecordedExchange,
): Promise<string[]> {
  const { request, response, as } = exchange
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, translate(value, names)]),
  )
  if (as !== null) headers.Authorization = basic(as)
  const answer = await read(
    await fetch(demo.url + translate(request.path, names), {
      method: request.method,
      headers,
      redirect: 'manual',
      body: bodyOf(request.body, names),
    }),
  )
  if (Object.keys(notServed).some(prefix => request.path.startsWith(prefix))) {
    const unknownOcs = answer.body.includes('<statuscode>998</statuscode>')
    const unknown = answer.status === 404 && (unknownOcs || answer.body === '')
    return unknown ? [] : [`answers ${answer.status} although it is not served`]
  }
  if (exchange.name in onlyStatus || `${app}: ${exchange.name}` in onlyStatus) {
    return answer.status === response.status ? [] : [`status ${answer.status}`]
  }
  return compare(exchange, answer, names)
}

async function request(
  demo: DemoNextcloud,
  user: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const headers = {
    Authorization: basic(user),
    'OCS-APIRequest': 'true',
    'Content-Type': 'application/json',
  }
  return read(await fetch(demo.url + path, { method, headers, body: JSON.stringify(body) }))
}

async function read(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, body: await response.text() }
}

function basic(user: string): string {
  const known = users.some(({ id }) => id === user)
  const pair = known ? `${user}:${user}-secret` : 'alice:wrong'
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** The recorder kept long bodies as their length and forms as their parts. */
function bodyOf(body: unknown, names: Names): NonNullable<RequestInit['body']> | null {
  if (body === null) return null
  if (typeof body === 'string') {
    const length = /^<(\d+) bytes>$/.exec(body)?.[1]
    return length === undefined ? translate(body, names) : Buffer.alloc(Number(length), 'x')
  }
  if (typeof body === 'object' && 'multipart' in body) {
    const form = new FormData()
    for (const [name, file] of Object.entries({ ...(body.multipart as object) })) {
      // Of fields the recorder kept the name alone; there is one, which says that it is a file.
      if (file === null) form.append(name, 'file')
      else form.append(name, new Blob(['01234']), String(file))
    }
    return form
  }
  return translate(JSON.stringify(body), names)
}

/** The JSON object after a key, out of a text that may end anywhere. */
function objectAfter(text: string, key: string): unknown {
  const start = text.indexOf(`${key}{`) + key.length
  if (start < key.length) return undefined
  for (let end = text.indexOf('}', start); end >= 0; end = text.indexOf('}', end + 1)) {
    try {
      return JSON.parse(text.slice(start, end + 1))
    } catch {
      // Not the closing brace yet.
    }
  }
  return undefined
}
