/** Replays what was recorded at a real Nextcloud against the demo: it must answer alike. */
import { describe, expect, test } from 'vitest'
import { type DemoNextcloud, startDemoNextcloud } from '../../src/demo/index.ts'
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
  '/ocs/v2.php/apps/activity/': 'the demo keeps no log of what happened',
}

/** Exchanges of which only a part can be compared, by name, and why. */
const onlyStatus: Record<string, string> = {
  'well-known redirect (nginx 301)': 'the page is that of the web server in front',
  'malformed XML body -> 400': 'the message is that of the XML parser in use',
  'unified search providers': 'the demo has fewer apps',
  'capabilities anonymous (subset)': 'the demo has fewer apps; compared by a test of its own',
  'capabilities, authenticated': 'the demo has fewer apps; compared by a test of its own',
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

const collective = '/ocs/v2.php/apps/collectives/api/v1.0/collectives/1'

const tokens =
  '<d:propfind xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:prop><cs:getctag/>' +
  '</d:prop></d:propfind>'

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
  'collectives',
]

describe.each(apps)('%s', app => {
  test('answers as recorded', async () => {
    const { exchanges } = readRecording(app)
    const deviations: string[] = []
    await withStage(app, async stage => {
      const prepared = new Set<string>()
      for (const [index, exchange] of exchanges.entries()) {
        const prepare = preparations[app]?.[exchange.name]
        if (prepare !== undefined && !prepared.has(exchange.name)) await prepare(stage)
        prepared.add(exchange.name)
        const found = await replay(stage, exchange)
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
      'dav',
      'files_sharing',
      'notes',
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
  const demo = await startDemoNextcloud({ users, sampleData: false, now: () => clock })
  demo.setRequestHook(() => {
    clock += 1000
  })
  const headers = { Authorization: basic('alice'), 'OCS-APIRequest': 'true' }
  const send: Stage['send'] = async (method, path, body) =>
    read(await fetch(demo.url + path, { method, headers, ...(body !== undefined && { body }) }))
  try {
    const { hostname, port } = new URL(demo.url)
    const names = new Map([
      ['localhost', hostname],
      ['8080', port],
    ])
    await run({ demo, names, send })
  } finally {
    await demo.close()
  }
}

async function replay({ demo, names }: Stage, exchange: RecordedExchange): Promise<string[]> {
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
    const unknown = answer.status === 404 && answer.body.includes('<statuscode>998</statuscode>')
    return unknown ? [] : [`answers ${answer.status} although it is not served`]
  }
  if (exchange.name in onlyStatus) {
    return answer.status === response.status ? [] : [`status ${answer.status}`]
  }
  return compare(exchange, answer, names)
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
      form.append(name, new Blob(['0123456789']), String(file))
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
