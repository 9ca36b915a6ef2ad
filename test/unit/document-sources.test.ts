import { expect, test } from 'vitest'
import { documentSources } from '../../src/apps/index.ts'
import { SCOPES } from '../../src/identity/scopes.ts'
import { DOCUMENT_TYPES } from '../../src/search/document.ts'

test('there is one source for each type, that asks for reading alone', () => {
  const reader = { canRead: () => false, read: () => Promise.reject(new Error('not here')) }
  const sources = documentSources({ excludedTags: [], reader, readerKey: '', maxBytes: 1 })
  expect(sources.map(({ type }) => type)).toEqual(DOCUMENT_TYPES)
  for (const { scope } of sources) {
    expect(SCOPES).toContain(scope)
    expect(scope).toMatch(/:read$/)
  }
})
