/** What the documents quote of this server is what it says. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeSpans, documentAt, ROOT, sources, tableRows } from './support.ts'

const document = documentAt('docs/troubleshooting.md')
const bin = join(ROOT, 'bin')
const said = [
  sources(),
  ...readdirSync(bin).map(file => readFileSync(join(bin, file), 'utf8')),
].join('\n')

/** Code in first cells that is no message: addresses, and what the reader wrote. */
const isMessage = (text: string) =>
  !/^(\/|--|index\.php$|parse_notes$|note$|ms$|debug$|search_method$|bm25$)/.test(text)
const quoted = tableRows(document).flatMap(([first = '']) => codeSpans(first).filter(isMessage))

/** Whether a line of the sources has all of it, in order; what differs is between the pieces. */
const isSaid = (message: string) => {
  const pieces = message.split('…').map(piece => piece.trim().replace(/[^\w\s]/g, '\\$&'))
  return new RegExp(pieces.filter(piece => piece !== '').join('.*')).test(said)
}

test('every message in the tables is in the sources', () => {
  expect(quoted.length).toBeGreaterThan(70)
  expect(quoted.filter(message => !isSaid(message))).toEqual([])
})

test('messages are quoted as long as it takes to know them', () => {
  const short = quoted.filter(message => !/^[A-Z_]+$/.test(message) && message.length < 9)
  expect(short).toEqual([])
})

test('a message that nobody says is found out', () => {
  expect(isSaid('Nextcloud refused the …')).toBe(true)
  expect(isSaid('Nextcloud … laughs')).toBe(false)
  expect(isSaid('Not found … Nextcloud refused the login')).toBe(false)
})

test('the codes are those that there are, each once', () => {
  const errors = readFileSync(join(ROOT, 'src/nextcloud/errors.ts'), 'utf8')
  const [, union = ''] = /export type ErrorCode =([\s\S]*?)\n\n/.exec(errors) ?? []
  const codes = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code)
  const listed = tableRows(document, 'What the codes mean').map(([code = '']) =>
    codeSpans(code).at(0),
  )
  expect(listed.toSorted()).toEqual(codes.toSorted())
})
