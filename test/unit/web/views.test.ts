/** The pages: what must be there, and that no data changes what they are made of. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SCOPES } from '../../../src/identity/scopes.ts'
import { LANGUAGES } from '../../../src/web/language.ts'
import * as views from '../../../src/web/views/index.ts'
import { HOSTILE_NAME, SAMPLES } from '../../browser/support/samples.ts'

const context: views.PageContext = {
  language: 'en',
  base: '/sub',
  csrf: 'the-token',
  user: { id: 'alice' },
  nextcloudUrl: 'https://cloud.example.org/nextcloud',
}
const areas = views.scopeAreas({ asked: ['notes:read'], checked: ['notes:read'] })
const consent: views.Consent = {
  action: '/sub/go',
  client: { name: 'Claude' },
  redirect: { host: 'claude.ai', isLoopback: false },
  areas,
}
const waiting: views.Waiting = {
  purpose: 'connect',
  clientName: 'Claude',
  loginUrl: 'https://cloud.example.org/login/v2/flow/x',
  stateUrl: '/sub/state',
  appPasswordName: 'Claude',
}

/** Tags with the names of their attributes: what a page is made of. */
const skeleton = (page: string) =>
  [...page.matchAll(/<(\/?[a-z!][a-z\d]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>/g)].map(
    ([, tag, attributes = '']) =>
      [tag, ...attributes.replace(/="[^"]*"/g, '').split(/\s+/)].join(' '),
  )
const tags = (page: string, tag: string) =>
  [...page.matchAll(new RegExp(`<${tag}\\b[^>]*>`, 'g'))].map(([each]) => each)

describe.each(LANGUAGES)('%s', language => {
  test.each(Object.entries(SAMPLES))('%s', (_, sample) => {
    const page = sample({ ...context, language })
    expect(page).toMatch(/^<!doctype html>\n<html lang="(en|de)">/)
    expect(tags(page, 'main')).toHaveLength(1)
    expect(tags(page, 'h1')).toHaveLength(1)
    // Nothing that the policy would refuse.
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i)
    for (const script of page.match(/<script[\s\S]*?<\/script>/g) ?? []) {
      expect(script).toMatch(/^<script type="module" src="\/sub\/app\/assets\/[\w.-]+"><\/script>$/)
    }
    for (const form of page.match(/<form[\s\S]*?<\/form>/g) ?? []) {
      if (form.includes('role="search"')) {
        // What it says stands in the address, where the token must not be.
        expect(form).toMatch(/^<form method="get" action="[^"]+" role="search">/)
        expect(form).not.toContain('the-token')
        continue
      }
      expect(form).toMatch(/^<form method="post" action="[^"]+">/)
      expect(form).toContain('<input type="hidden" name="csrf" value="the-token">')
    }
    for (const link of tags(page, 'a')) {
      expect(link).toMatch(/ href="(\/|https?:)/)
      if (link.includes('_blank')) expect(link).toMatch(/rel="noopener/)
    }
    expect(page).not.toMatch(/undefined|\[object|\{\w+\}|NaN/)
  })
})

/** Every page with one text in every place where text may come from elsewhere. */
const filledWith = (text: string): string[] => {
  const known = { ...context, csrf: text, user: { id: text, displayName: text } }
  const connection: views.Connection = {
    key: text,
    clientName: text,
    redirectHost: text,
    scopes: ['notes:read'],
    connectedAt: 0,
    revokeAction: text,
    editHref: text,
  }
  return [
    views.consentPage(known, {
      ...consent,
      action: text,
      client: { name: text, website: `https://claude.ai/?${text}` },
      redirect: { host: text, isLoopback: false },
      account: text,
    }),
    views.consentPage(known, {
      ...consent,
      redirect: { host: text, isLoopback: false, scheme: text },
    }),
    views.accessPage(known, { action: text, areas, account: text }),
    views.connectionPage(known, { action: text, clientName: text, areas }),
    views.waitingPage(known, {
      ...waiting,
      clientName: text,
      appPasswordName: text,
      loginUrl: `https://cloud.example.org/${text}`,
      stateUrl: text,
      cancelAction: text,
    }),
    views.signInPage(known, { action: text, how: 'provider', returnTo: text }),
    views.overviewPage(known, {
      connections: [connection],
      background: { state: 'on', onAction: text, offAction: text },
      logHref: text,
      searchHref: text,
      signOutAction: text,
    }),
    views.searchPage(known, {
      action: text,
      longestQuery: 500,
      types: ['note'],
      question: { query: text, types: ['note'], mode: 'keyword', page: 2 },
      found: {
        from: 11,
        rows: [
          {
            type: 'note',
            title: text,
            place: text,
            href: text,
            passage: [
              { text, isWord: false },
              { text, isWord: true },
            ],
          },
        ],
        hasMore: true,
        isByWordsOnly: true,
        unchecked: 1,
        notSearched: ['file'],
      },
      index: {
        access: 'allowed',
        allowHref: text,
        why: text,
        apps: [{ type: 'note', documents: 1, waiting: 1, running: 0, failed: 1, why: text }],
        failures: [{ type: 'note', id: text, name: text, why: text }],
      },
      retryAction: text,
    }),
    views.logPage(known, {
      entries: [{ time: 0, event: text, resource: text, method: text }],
      olderHref: text,
    }),
    views.messagePage(known, {
      kind: 'error',
      title: text,
      text,
      action: { href: text, label: text },
    }),
    views.faultPage(known, 'form-expired', text),
  ]
}

test('no text, wherever it is put, changes what a page is made of', () => {
  const expected = filledWith('harmless').map(skeleton)
  const unit = fc.oneof(
    fc.constantFrom(...'<>"\'&=/` \0\n\u202e', '</title>', '<script>', '-->', ' onclick='),
    fc.string({ unit: 'binary', maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.string({ unit }), text => {
      expect(filledWith(`x${text}`).map(skeleton)).toEqual(expected)
    }),
    { numRuns: 60 },
  )
  expect(filledWith(HOSTILE_NAME).map(skeleton)).toEqual(expected)
})

describe('consent', () => {
  const page = views.consentPage(context, consent)
  const boxes = (part: string) => tags(part, 'input').filter(each => each.includes('checkbox'))

  test('what is asked for is in plain view and ticked, the rest folded away and not', () => {
    const [plain = '', folded = ''] = page.split('<details>')
    expect(boxes(plain)).toEqual([
      '<input type="checkbox" name="scopes" value="notes:read" checked>',
    ])
    expect(boxes(folded)).toHaveLength(SCOPES.length - 1)
    expect(folded.match(/ checked>/g)).toBe(null)
  })

  test('where something beyond that is ticked, the fold is open', () => {
    const ticked = views.scopeAreas({ asked: ['notes:read'], checked: ['mail:send'] })
    expect(views.consentPage(context, { ...consent, areas: ticked })).toContain('<details open>')
  })

  test('where everything is asked for, nothing is folded away', () => {
    const all = views.scopeAreas({ asked: SCOPES, checked: SCOPES })
    expect(views.consentPage(context, { ...consent, areas: all })).not.toContain('<details')
  })

  test('only what is offered can be chosen', () => {
    const offered = views.scopeAreas({ asked: SCOPES, checked: SCOPES, offered: ['mail:read'] })
    expect(offered).toEqual([
      {
        area: 'mail',
        choices: [{ scope: 'mail:read', access: 'read', asked: true, checked: true }],
      },
    ])
  })

  test('warns of what cannot be told apart', () => {
    const warning = 'class="note warning"'
    const to = (redirect: views.RedirectTarget) =>
      views.consentPage(context, { ...consent, redirect })
    expect(page).not.toContain(warning)
    expect(to({ host: 'localhost:1', isLoopback: true })).toContain(warning)
    expect(to({ host: '', isLoopback: false, scheme: 'cursor' })).toContain(warning)
  })

  test('says what comes next', () => {
    expect(page).toContain('Continue in Nextcloud</button>')
    const known = views.consentPage(context, { ...consent, account: 'alice@example' })
    expect(known).toContain('Allow</button>')
    expect(known).toContain('alice@example')
  })

  test('a problem is told first, and in the title', () => {
    const again = views.consentPage(context, { ...consent, problem: 'nothing-chosen' })
    expect(again).toMatch(/<main>\s*<p class="note problem" role="alert">Nothing is ticked/)
    expect(again).toContain('<title>Problem: ')
  })
})

test('Nextcloud is opened at no address but one of the web', () => {
  expect(() => views.waitingPage(context, { ...waiting, loginUrl: 'javascript:x' })).toThrow(
    TypeError,
  )
})

test('each connection has its own buttons, by name', () => {
  const page = SAMPLES['overview-many']?.(context) ?? ''
  expect(tags(page, 'form').filter(each => each.includes('?revoke='))).toHaveLength(40)
  expect(page.match(/Disconnect <span class="hidden"><bdi>[^<]+<\/bdi><\/span>/g)).toHaveLength(40)
})

test('the log says what it knows in words, and the rest as it is', () => {
  const entry = { time: 0, event: 'delete_app_password', resource: 'Claude' }
  const page = views.logPage(context, {
    entries: [entry, { ...entry, event: 'title' }, { ...entry, method: 'notes:read mail.send' }],
  })
  expect(page).toContain('<strong>Access ended</strong>')
  expect(page).toContain('<strong><bdi>title</bdi></strong>')
  expect(page).toContain('(Notes: read; Mail: send)')
})
