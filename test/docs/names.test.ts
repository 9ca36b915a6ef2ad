/** What the documents name exists: settings, options, commands, tools. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyApp } from '../../src/apps/index.ts'
import { SETTINGS } from '../../src/config/schema.ts'
import { createCatalog } from '../../src/mcp/catalog.ts'
import { codeSpans, type Document, documents, ROOT } from './support.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const codesIn = (path: string) =>
  [...read(path).matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code = '']) => code)

/** Of the Python server, for those who come from it. */
const PYTHON: string[] = JSON.parse(read('test/docs/facts/python-variables.json'))
/** Of others: the system, Node, what runs beside this server, this project's own tests. */
const OTHERS = [
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'CADDY_DOMAIN',
  'KC_BOOTSTRAP_ADMIN_PASSWORD',
  'POSTGRES_PASSWORD',
  'TRIAL_KEYCLOAK_PASSWORD',
  'NEXTCLOUD_MCP_TEST_USERS',
  'NEXTCLOUD_TEST_URL',
  'NEXTCLOUD_TEST_USER',
  'NEXTCLOUD_TEST_USER2',
  'NEXTCLOUD_TEST_PASSWORD',
  'NEXTCLOUD_TEST_PASSWORD2',
  'NEXTCLOUD_TEST_LOGIN_PASSWORD',
  'NEXTCLOUD_TEST_LOGIN_PASSWORD2',
  'NEXTCLOUD_TEST_OIDC',
  // Of OpenTelemetry's SDK.
  'OTEL_TRACES_SAMPLER',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  // Of the compose file and of the images in it.
  'TRIAL_KEYCLOAK_PASSWORD',
  'CADDY_DOMAIN',
  'POSTGRES_PASSWORD',
  'KC_BOOTSTRAP_ADMIN_PASSWORD',
]
const CODES = [
  ...codesIn('src/nextcloud/errors.ts'),
  ...codesIn('src/vault/errors.ts'),
  ...codesIn('src/oidc/errors.ts'),
]

/** What is code in a document: spans, and the lines of its blocks. */
const code = ({ prose, blocks }: Document) => [
  ...codeSpans(prose),
  ...blocks
    .filter(({ language }) => language !== 'ts' && language !== 'mermaid')
    .flatMap(({ text }) => text.replace(/\\\n\s*/g, ' ').split('\n')),
]

const cli = read('src/cli.ts')
const OPTIONS = new Set(['--version', '--help', ...(cli.match(/--[a-z][a-z-]+/g) ?? [])])
const COMMANDS = new Set([...cli.matchAll(/\.command\('([a-z]+)'\)/g)].map(([, name]) => name))
/** How the documents call the program. */
const PROGRAM = /^(?!helm ).*?(?:^|[\s/])nextcloud-mcp-server(?:\.mjs)? +(.*)$/

const catalog = createCatalog(everyApp(), { compact: true })
/** With two words behind the app, as kinds of documents are called `deck_card`. */
const TOOL = /^(?:nc_[a-z0-9_]+|(?:deck|talk|collectives)_[a-z0-9]+_[a-z0-9_]+)$/

describe.each(documents())('$path', document => {
  test('names no setting that does not exist', () => {
    const named = code(document).flatMap(
      text => text.match(/(?<![\w./-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])/g) ?? [],
    )
    const known = new Set([...Object.keys(SETTINGS), ...PYTHON, ...OTHERS, ...CODES])
    expect([...new Set(named)].filter(name => !known.has(name))).toEqual([])
  })

  test('names no command and no option of the program that does not exist', () => {
    const wrong = code(document).flatMap(text => {
      const [, called] = PROGRAM.exec(text.replace(/ +#.*$/, '')) ?? []
      const words = (called ?? '').split(/\s+/).filter(word => word !== '')
      const [first] = words
      const isCall = first !== undefined && /^[a-z]+$|^--/.test(first) && !text.includes('…')
      const unknown = isCall && !first.startsWith('--') && !COMMANDS.has(first) ? [first] : []
      const options = words.filter(word => word.startsWith('--')).map(word => word.split('=')[0])
      return [...unknown, ...options.filter(option => !OPTIONS.has(option ?? ''))].map(
        name => `${name} in ${text}`,
      )
    })
    expect(wrong).toEqual([])
  })

  test('names no tool that does not exist', () => {
    const named = codeSpans(document.prose).filter(text => TOOL.test(text))
    const isKnown = (name: string) => catalog.tools.has(name)
    expect(named.filter(name => !isKnown(name))).toEqual([])
  })
})

test('an option of this program that stands alone exists, in the pages that are about it', () => {
  const pages = documents().filter(({ path }) =>
    /README|running|upgrade|troubleshooting|security|signing-in|architecture/.test(path),
  )
  const named = pages.flatMap(({ prose }) => codeSpans(prose).filter(text => /^--[a-z]/.test(text)))
  const names = named.map(text => text.split(/[ =]/)[0] ?? '')
  expect(names.length).toBeGreaterThan(3)
  expect(names.filter(name => !OPTIONS.has(name))).toEqual([])
})
