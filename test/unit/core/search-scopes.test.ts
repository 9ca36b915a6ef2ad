import { expect, test } from 'vitest'
import { findsFiles, scopesOf } from '../../../src/apps/core/search-scopes.ts'
import { SCOPES } from '../../../src/identity/scopes.ts'
import { readRecording } from '../../contract/recording.ts'

interface Provider {
  id: string
  appId: string
}

/** The providers of a real Nextcloud with many apps. */
function recordedProviders(): Provider[] {
  const { exchanges } = readRecording('core')
  const found = exchanges.find(({ name }) => name === 'unified search providers')
  const body = found?.response.body as { ocs: { data: Provider[] } } | undefined
  return body?.ocs.data ?? []
}

test('each provider of a real Nextcloud needs the scope of its app', () => {
  const needed = recordedProviders().map(provider => {
    const scopes = scopesOf(provider)
    return [provider.id, scopes.length === 1 ? scopes[0] : 'all']
  })
  expect(Object.fromEntries(needed)).toEqual({
    collectives: 'collectives:read',
    'collectives-pages': 'collectives:read',
    'collectives-page-content': 'collectives:read',
    cookbook: 'cookbook:read',
    notes: 'notes:read',
    files: 'files:read',
    systemtags: 'files:read',
    circles: 'sharing:read',
    comments: 'files:read',
    'search-deck-card-board': 'deck:read',
    'search-deck-comment': 'deck:read',
    'talk-message': 'talk:read',
    mail: 'mail:read',
    'tables-search-tables': 'tables:read',
    contacts: 'contacts:read',
    'talk-conversations': 'talk:read',
    calendar: 'calendar:read',
    tasks: 'todo:read',
    'search-poll': 'all',
    news_folder: 'news:read',
    news_feed: 'news:read',
    news_item: 'news:read',
    forms: 'all',
    settings_apps: 'all',
    settings: 'all',
  })
})

test.each([
  { id: 'calendar', appId: 'stranger' },
  { id: 'files', appId: 'stranger' },
  { id: 'something', appId: 'dav' },
  { id: 'toString', appId: 'constructor' },
  { id: 'fulltextsearch', appId: 'fulltextsearch' },
])('what is not known needs every right to read: %j', provider => {
  expect(scopesOf(provider)).toEqual(SCOPES.filter(scope => scope.endsWith(':read')))
})

test('whoever may tell of files is known, and so is who might', () => {
  const telling = recordedProviders().filter(findsFiles)
  expect(telling.map(({ id }) => id)).toEqual([
    'files',
    'systemtags',
    'comments',
    'search-poll',
    'forms',
    'settings_apps',
    'settings',
  ])
})
