/** Errors name the tools that lead on, as far as these are offered. */
import { describe, expect, test } from 'vitest'
import { everyApp } from '../../../src/apps/index.ts'
import { type CatalogOptions, type CatalogTool, createCatalog } from '../../../src/mcp/catalog.ts'
import { withLeads } from '../../../src/mcp/leads.ts'
import { CodedError, type ErrorCode } from '../../../src/nextcloud/errors.ts'

const apps = everyApp()
const catalog = createCatalog(apps)

function toolOf(name: string): CatalogTool {
  const found = catalog.tools.get(name)
  if (found === undefined) throw new Error(`there is no tool ${name}`)
  return found
}

/** The hint of an error of a tool, with leads. */
function hintOf(
  tool: string,
  code: ErrorCode,
  { args = {}, hint, options }: { args?: object; hint?: string; options?: CatalogOptions } = {},
): string | undefined {
  const error = new CodedError(code, 'Failed', hint === undefined ? {} : { hint })
  const offered = options === undefined ? catalog : createCatalog(apps, options)
  const led = withLeads(error, toolOf(tool), offered, { ...args })
  return led instanceof CodedError ? led.details.hint : undefined
}

describe('an error leads on', () => {
  const card = { board_id: 1, stack_id: 2, card_id: 3, etag: 'x' }

  test('where something is not found: to who tells the ids that were given', () => {
    expect(hintOf('deck_update_card', 'NOT_FOUND', { args: card, hint: 'Check the id.' })).toBe(
      'Check the id. deck_get_boards tells board_id. deck_get_board_overview tells stack_id, card_id.',
    )
  })

  test('where something was changed: to who reads it again', () => {
    expect(hintOf('deck_update_card', 'CONFLICT', { args: card })).toBe('deck_get_card tells etag.')
  })

  test('where something is forbidden: to who tells what may be changed', () => {
    expect(hintOf('nc_webdav_write_file', 'FORBIDDEN')).toBe(
      'nc_webdav_list_directory tells read_only.',
    )
  })

  test('not where its own hint names a tool', () => {
    const hint = 'Use nc_users_search.'
    expect(hintOf('deck_update_card', 'NOT_FOUND', { args: card, hint })).toBe(hint)
  })

  test('not to a tool that is not offered, and not to the tool itself', () => {
    const options = { excludeTools: ['deck_get_boards'] }
    const args = { board_id: 1 }
    expect(hintOf('deck_get_board', 'NOT_FOUND', { args, options })).toBe(undefined)
    expect(hintOf('deck_get_card', 'CONFLICT')).toBe(undefined)
  })

  test('not where another try or nobody helps', () => {
    for (const code of ['LOCKED', 'UNREACHABLE', 'RATE_LIMITED'] as const) {
      expect(hintOf('deck_update_card', code, { args: card })).toBe(undefined)
    }
    const failure = new Error('x')
    expect(withLeads(failure, toolOf('deck_get_card'), catalog, card)).toBe(failure)
  })
})

describe('who tells what', () => {
  const telling = apps.filter(({ toldBy }) => toldBy !== undefined)

  test.each(telling)('$id: tools that exist, of arguments that exist', ({ tools, toldBy = {} }) => {
    const known = tools.flatMap(({ name }) => Object.keys(toolOf(name).schema.properties))
    expect([...known, 'read_only']).toEqual(expect.arrayContaining(Object.keys(toldBy)))
    for (const name of Object.values(toldBy)) expect(catalog.tools.has(name), name).toBe(true)
  })

  test.each([...catalog.tools.values()])('every id that $tool.name needs', ({ app, schema }) => {
    const ids = (schema.required ?? []).filter(name => /_(?:id|ids|uid)$/.test(name))
    expect(Object.keys(app.toldBy ?? {})).toEqual(expect.arrayContaining(ids))
  })
})
