/** The house stands: imports run downstairs only, no room knows one above it, files stay readable. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')

/** Rooms by floor, lowest first. Rooms on one floor do not know each other, save where named. */
const FLOORS: readonly (readonly string[])[] = [
  ['config', 'contentline', 'demo', 'sql', 'telemetry', 'text', 'version.ts', 'workers'],
  ['documents', 'postgres', 'sqlite'],
  ['vault'],
  ['nextcloud', 'oidc'],
  ['identity', 'icalendar', 'vcard'],
  ['access'],
  ['authorization', 'mcp', 'search'],
  ['apps', 'web'],
  ['server'],
  ['commands'],
  ['cli.ts'],
]
const floorOf = (room: string) => FLOORS.findIndex(rooms => rooms.includes(room))

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.ts'),
)
const importsOf = (file: string): string[] => {
  const source = readFileSync(join(SRC, file), 'utf8')
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, path]) =>
    relative(SRC, join(SRC, dirname(file), path ?? '')),
  )
}
const roomOf = (file: string) => file.split('/')[0] ?? ''

test('every file belongs to a room', () => {
  expect(files.filter(file => floorOf(roomOf(file)) < 0)).toEqual([])
})

test('threads have names of their own, as the build puts them into one folder', () => {
  const threads = files.filter(file => file.endsWith('.thread.ts')).map(file => basename(file))
  expect(threads.length).toBeGreaterThan(2)
  expect(threads).toEqual([...new Set(threads)])
})

test('imports run downstairs only', () => {
  const upstairs = files.flatMap(file =>
    importsOf(file)
      .filter(imported => roomOf(imported) !== roomOf(file))
      .filter(imported => floorOf(roomOf(imported)) >= floorOf(roomOf(file)))
      .map(imported => `${file} -> ${imported}`),
  )
  expect(upstairs).toEqual([])
})

test('the demo knows nothing of the rest', () => {
  for (const file of files.filter(name => roomOf(name) === 'demo')) {
    for (const imported of importsOf(file)) expect(roomOf(imported), file).toBe('demo')
  }
})

test('apps do not know each other', () => {
  for (const file of files.filter(name => /^apps\/[^/]+\//.test(name))) {
    const app = file.split('/')[1]
    for (const imported of importsOf(file)) {
      if (roomOf(imported) === 'apps') expect(imported.split('/')[1], file).toBe(app)
    }
  }
})

test('nothing is imported in a circle', () => {
  const finished = new Set<string>()
  const visit = (file: string, path: readonly string[]) => {
    if (finished.has(file)) return
    expect(path, `${[...path, file].join(' -> ')}`).not.toContain(file)
    for (const imported of importsOf(file)) visit(imported, [...path, file])
    finished.add(file)
  }
  for (const file of files) visit(file, [])
})

test('files stay readable', () => {
  const long = files.filter(file => readFileSync(join(SRC, file), 'utf8').split('\n').length > 400)
  expect(long).toEqual([])
})

test('only the commands read the environment', () => {
  const readers = files.filter(file => /process\.env/.test(readFileSync(join(SRC, file), 'utf8')))
  expect(readers).toEqual(['commands/options.ts'])
})
