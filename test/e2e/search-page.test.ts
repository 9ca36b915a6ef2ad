/** The search page: what people find there of what is theirs, and never of what is not. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { BACKGROUND_CLIENT } from '../../src/access/background.ts'
import { IndexError } from '../../src/search/index/errors.ts'
import { signInAt, startConnect } from '../support/connect.ts'
import { type Browser, createBrowser, formsIn } from '../support/login-flow.ts'
import {
  allowed,
  asUser,
  type SearchPageHarness,
  searchAt,
  startSearchPage,
  titlesOn,
} from '../support/search-page.ts'

const NOTES = '/index.php/apps/notes/api/v1/notes'
const SHARES = '/ocs/v2.php/apps/files_sharing/api/v1/shares'
const name = `mcp-test-page-${process.pid}-${Date.now()}`

let h: SearchPageHarness
let alice: Browser
let bob: Browser
const notes: number[] = []

async function note(title: string, content: string): Promise<void> {
  const { id } = (await asUser(h, h.backend.alice, 'POST', NOTES, {
    title,
    content,
    category: 'Animals/Striped',
  })) as { id: number }
  notes.push(id)
}

beforeAll(async () => {
  h = await startSearchPage()
  alice = await allowed(h, h.alice)
  bob = await allowed(h, h.bob)
  const home = `/remote.php/dav/files/${h.alice.user}/${name}`
  await asUser(h, h.backend.alice, 'MKCOL', home)
  await asUser(h, h.backend.alice, 'PUT', `${home}/Okapi.md`, 'The okapi hides in the rainforest.')
  await note(`${name} Zebra`, 'Stripes of the quagga & zebra, <b>black</b> and white.')
  await note(`${name} <img src=x onerror=alert(1)>`, 'numbat <script>alert("numbat")</script>')
  for (let number = 1; number <= 12; number++) {
    await note(`${name} Tapir ${number}`, `A tapir, of which there are ${number}.`)
  }
  await h.search.sync.once()
}, 120_000)
afterAll(async () => {
  for (const id of notes) await asUser(h, h.backend.alice, 'DELETE', `${NOTES}/${id}`)
  await asUser(h, h.backend.alice, 'DELETE', `/remote.php/dav/files/${h.alice.user}/${name}`)
  await h.close()
})

const words = (q: string, more = {}) => ({ q, mode: 'keyword', ...more })
/** A note is a file as well, and found as both. */
const inNotes = (q: string) => words(q, { types: 'note' })

describe('what is found', () => {
  test('is told with its passage, its words marked, and a way to open it', async () => {
    const page = await searchAt(h, alice, inNotes('zebra STRIPES'))
    expect(page.status).toBe(200)
    expect(titlesOn(page)).toEqual([`${name} Zebra`])
    expect(page.body).toContain(
      '<mark>Stripes</mark> of the quagga &amp; <mark>zebra</mark>, &lt;b&gt;black&lt;/b&gt; and white.',
    )
    expect(page.body).toMatch(/Note · <bdi>Animals\/Striped<\/bdi> · <time datetime="20/)
    const links = [...page.body.matchAll(/<a href="(http[^"]*)" rel="noopener">/g)]
    // At the address that browsers know, which is not the one that this server uses.
    expect(links.map(([, href]) => href)).toEqual([
      expect.stringMatching(new RegExp(`^${h.backend.url}/.*notes.*/${notes[0]}$`)),
    ])
    expect(page.body).toMatch(/<input [^>]*name="q" value="zebra STRIPES"/)
  })

  test('is of the types that were ticked', async () => {
    expect(titlesOn(await searchAt(h, alice, words('okapi', { types: 'file' })))).toEqual([
      'Okapi.md',
    ])
    expect(titlesOn(await searchAt(h, alice, inNotes('okapi')))).toEqual([])
    const both = new URLSearchParams(words('okapi'))
    for (const type of ['note', 'file']) both.append('types', type)
    const page = await searchAt(h, alice, both)
    expect(titlesOn(page)).toEqual(['Okapi.md'])
    expect(page.body.match(/value="\w+" checked/g)).toEqual([
      'value="note" checked',
      'value="file" checked',
    ])
  })

  test('comes ten at a time', async () => {
    const first = await searchAt(h, alice, inNotes('tapir'))
    expect(titlesOn(first)).toHaveLength(10)
    const next = /<a class="button secondary" href="([^"]*page=2)"/.exec(first.body)?.[1] ?? ''
    const second = await alice.open(h.url + next.replaceAll('&amp;', '&'))
    expect(titlesOn(second)).toHaveLength(2)
    expect(second.body).toContain('<ol class="cards" start="11">')
    expect(second.body).not.toContain('page=3')
    expect(new Set([...titlesOn(first), ...titlesOn(second)]).size).toBe(12)
  })

  test('can be nothing', async () => {
    const page = await searchAt(h, alice, words('coelacanth'))
    expect(page.body).toContain('Nothing was found')
    expect(page.body).not.toContain('<mark>')
  })
})

test('markup in titles, passages and what is asked for is text', async () => {
  const page = await searchAt(h, alice, inNotes('"><script>numbat()</script>'))
  // Nextcloud takes what no file name may have out of titles.
  expect(titlesOn(page)).toEqual([expect.stringContaining('img src=x onerror=alert(1)')])
  expect(page.body).toContain('&lt;<mark>script</mark>&gt;')
  expect(page.body).toContain('value="&quot;&gt;&lt;script&gt;numbat()&lt;/script&gt;"')
  expect(page.body).not.toMatch(/<script(?! type="module" src=")|<img src=x|alert\("/)
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/)
})

describe('what is somebody else’s', () => {
  test('is never shown', async () => {
    for (const mode of ['hybrid', 'semantic', 'keyword']) {
      for (const q of ['zebra stripes', 'okapi', name]) {
        const page = await searchAt(h, bob, { q, mode })
        expect(page.status).toBe(200)
        expect(titlesOn(page).join()).not.toMatch(/Zebra|Okapi|Tapir/)
      }
    }
  })

  test('is shown while it is shared, and no longer', async () => {
    const share = (await asUser(h, h.backend.alice, 'POST', SHARES, {
      path: `/${name}/Okapi.md`,
      shareType: 0,
      shareWith: h.bob.user,
    })) as { ocs: { data: { id: string } } }
    await h.search.sync.once()
    expect(titlesOn(await searchAt(h, bob, words('okapi')))).toEqual(['Okapi.md'])
    await asUser(h, h.backend.alice, 'DELETE', `${SHARES}/${share.ocs.data.id}`)
    // Still in bob's index: it is Nextcloud that says no.
    expect(titlesOn(await searchAt(h, bob, words('okapi')))).toEqual([])
    expect(titlesOn(await searchAt(h, alice, words('okapi')))).toEqual(['Okapi.md'])
  })

  test('is asked for with one’s own access, and with no more than one allowed', async () => {
    const { appPasswords } = h.vault
    const all = (await appPasswords.get(h.alice.user, BACKGROUND_CLIENT))?.scopes ?? []
    await appPasswords.setScopes(h.alice.user, ['notes:read'], BACKGROUND_CLIENT)
    const page = await searchAt(h, alice, words('okapi zebra'))
    await appPasswords.setScopes(h.alice.user, all, BACKGROUND_CLIENT)
    expect(titlesOn(page)).toEqual([`${name} Zebra`])
    expect(page.body).toContain('because you have not allowed it: Files')
    expect(titlesOn(await searchAt(h, alice, words('okapi zebra')))).toContain('Okapi.md')
  })
})

describe('what keeps one from searching', () => {
  const isPlain = (body: string) => expect(body).not.toMatch(/10\.1\.2\.3|Error|\.ts:\d/)

  test('not being signed in: one signs in, and comes back', async () => {
    const page = await searchAt(h, createBrowser(), words('zebra'))
    const [form] = formsIn(page)
    expect(form?.action.pathname).toBe('/app/sign-in')
    expect(form?.fields.return_to).toBe('/app/search?q=zebra&mode=keyword')
    expect(page.body).not.toContain(name)
  })

  test('a question without end', async () => {
    const page = await searchAt(h, alice, words('z'.repeat(501)))
    expect([page.status, titlesOn(page)]).toEqual([400, []])
    expect(page.body).toContain('too long for a search')
  })

  test('a model that does not answer: by words it goes on', async () => {
    h.model.isDown = true
    try {
      const both = await searchAt(h, alice, { q: 'quagga without a model', types: 'note' })
      expect([both.status, titlesOn(both)[0]]).toEqual([200, `${name} Zebra`])
      expect(both.body).toContain('only the words were looked for')
      const meaning = await searchAt(h, alice, { q: 'quagga without it', mode: 'semantic' })
      expect(meaning.status).toBe(503)
      expect(meaning.body).toContain('Search by words, or try again')
      isPlain(meaning.body.replaceAll(h.backend.url, ''))
    } finally {
      h.model.isDown = false
    }
  })

  test('an index that does not answer', async () => {
    const down = new IndexError('UNREACHABLE', 'http://10.1.2.3:6333 refused')
    const generations = vi.spyOn(h.search.index, 'generations').mockRejectedValue(down)
    try {
      const page = await searchAt(h, alice, words('zebra'))
      expect(page.status).toBe(503)
      expect(page.body).toContain('The search does not answer just now')
      expect(page.body).toContain('The index does not answer just now')
      isPlain(page.body.replaceAll(h.backend.url, ''))
    } finally {
      generations.mockRestore()
    }
    expect((await searchAt(h, alice, words('zebra'))).status).toBe(200)
  })

  test('too many searches; others go on', async () => {
    const all = await Promise.all(
      Array.from({ length: 31 }, () => searchAt(h, bob, words('nothing of the kind'))),
    )
    expect(all.map(({ status }) => status)).toContain(429)
    expect((await searchAt(h, bob, {})).status).toBe(200)
    expect((await searchAt(h, alice, words('zebra'))).status).toBe(200)
  })
})

test('where search is off, there is no such page, and no link to it', async () => {
  const off = await startConnect()
  try {
    const { browser, overview } = await signInAt(off, off.alice)
    expect(overview.body).not.toContain('/app/search')
    expect((await searchAt(off, browser)).status).toBe(404)
    const post = await browser.send('POST', `${off.url}/app/search/retry`, { fields: {} })
    expect(post.status).toBe(404)
  } finally {
    await off.close()
  }
})
