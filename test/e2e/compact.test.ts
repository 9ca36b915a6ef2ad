/** Compact mode: few tools are listed, all of them can be found and run, nothing is allowed more. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { everyApp } from '../../src/apps/index.ts'
import { TOOLSETS } from '../../src/apps/toolsets.ts'
import type { Scope } from '../../src/identity/scopes.ts'
import { createCatalog } from '../../src/mcp/catalog.ts'
import { missingScopes } from '../../src/mcp/scope-check.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness({ environment: { MCP_COMPACT: 'true' } })
})
afterAll(() => h.close())

const run = (name: string, args?: object) =>
  h.call('nc_run_tool', { name, ...(args === undefined ? {} : { arguments: args }) })

describe('what is listed', () => {
  test('the essential tools and the two that lead to the others', async () => {
    const { tools } = await h.client.listTools()
    const names = tools.map(({ name }) => name)
    expect(names).toContain('nc_notes_get_note')
    expect(names).not.toContain('deck_reorder_card')
    expect(names.slice(-2)).toEqual(['nc_find_tools', 'nc_run_tool'])
    expect(JSON.stringify(tools).length).toBeLessThan(30_000)
    expect(h.client.getInstructions()).toMatch(/nc_find_tools/)
  })

  test('every essential tool exists', () => {
    for (const { tools, essential = [] } of everyApp()) {
      expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining([...essential]))
    }
  })

  test('without compact mode neither of the two is there, and neither works', async () => {
    const whole = await startHarness()
    const { tools } = await whole.client.listTools()
    expect(tools.map(({ name }) => name)).not.toContain('nc_run_tool')
    const call = whole.client.callTool({
      name: 'nc_run_tool',
      arguments: { name: 'nc_users_get_current_user' },
    })
    await expect(call).rejects.toThrow(/Unknown tool: nc_run_tool/)
    await whole.close()
  })
})

describe('finding', () => {
  test.each([
    ['move a card to another board', 'deck_move_card_to_board'],
    ['restore a deleted file from the trash', 'nc_webdav_restore_from_trash'],
    ['share a folder by public link', 'nc_share_create_public_link'],
    ['mark news as read', 'nc_news_mark_read'],
    ['vote in a poll', 'nc_polls_vote'],
    ['set my status', 'nc_user_status_set'],
    ['add a label to a card', 'deck_assign_label_to_card'],
    ['when are we all free to meet', 'nc_calendar_find_availability'],
    ['import a recipe', 'nc_cookbook_import_recipe'],
    ['react to a message in Talk', 'talk_react'],
    // In words that no tool has.
    ['rename a file', 'nc_webdav_move_resource'],
    ['make a folder', 'nc_webdav_create_directory'],
    ['what is in my inbox', 'nc_mail_list_messages'],
    ['stop sharing a file', 'nc_share_delete'],
    ['invite somebody to a chat', 'talk_add_participant'],
    ['reschedule an appointment', 'nc_calendar_update_event'],
  ])('%s', async (query, name) => {
    const { tools } = await h.ok('nc_find_tools', { query })
    expect(tools.map((tool: { name: string }) => tool.name)).toContain(name)
  })

  test('what it gives is enough to run the tool', async () => {
    const { tools } = await h.ok('nc_find_tools', { query: 'create folder directory' })
    const tool = tools.find(({ name }: { name: string }) => name === 'nc_webdav_create_directory')
    expect(tool.input_schema.required).toEqual(['path'])
    const path = 'compact-mode-folder'
    expect(await run(tool.name, { path })).toMatchObject({ isError: false })
    expect(await run('nc_webdav_delete_resource', { path })).toMatchObject({ isError: false })
  })
})

describe('running', () => {
  test('a result is that of the tool', async () => {
    const direct = await h.ok('nc_users_get_current_user')
    const { data } = await run('nc_users_get_current_user')
    expect(data).toEqual(direct)
  })

  test('errors are those of the tool', async () => {
    expect((await run('nc_notes_get_note', { note_id: 'x' })).error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('note_id'),
    })
    expect((await run('nc_notes_get_nothing')).error).toMatchObject({ code: 'NOT_FOUND' })
    expect((await h.call('nc_run_tool', {})).error).toMatchObject({ code: 'BAD_INPUT' })
    // Within itself there is nothing to run.
    expect((await run('nc_run_tool', { name: 'nc_notes_get_note' })).isError).toBe(true)
  })

  test('what is excluded, read-only or locked stays so', async () => {
    const strict = await startHarness({
      environment: { MCP_COMPACT: 'true', MCP_READ_ONLY: 'true', MCP_EXCLUDE_TOOLS: 'deck_*' },
    })
    for (const name of ['nc_webdav_delete_resource', 'deck_get_boards']) {
      const answer = await strict.call('nc_run_tool', { name, arguments: { path: 'x' } })
      expect(answer.error).toMatchObject({ code: 'NOT_FOUND' })
    }
    const { tools } = await strict.client.listTools()
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
    await strict.close()

    const locked = await startHarness({
      environment: { MCP_COMPACT: 'true', MCP_LOCKDOWN: 'true' },
    })
    const args = { path: 'Documents', password: 'not-used-1' }
    const sent = await locked.call('nc_run_tool', {
      name: 'nc_share_create_public_link',
      arguments: args,
    })
    expect(sent.error).toMatchObject({ code: 'FORBIDDEN' })
    await locked.close()
  })

  test('the scopes are those of the tool within', () => {
    const catalog = createCatalog(everyApp(), { compact: true })
    const call = (name: string, args: unknown) => ({
      method: 'tools/call',
      params: { name, arguments: args },
    })
    const needed = (body: unknown, scopes: readonly Scope[] = []) =>
      missingScopes(catalog, new Set(scopes), body)
    expect(needed(call('nc_run_tool', { name: 'nc_notes_delete_note' }))).toEqual(['notes:write'])
    expect(needed(call('nc_run_tool', { name: 'nc_notes_get_note' }), ['notes:read'])).toBe(
      undefined,
    )
    expect(needed(call('nc_find_tools', { query: '' }))).toBe(undefined)
  })

  test('who may do nothing is shown nothing', () => {
    const catalog = createCatalog(everyApp(), { compact: true })
    const names = catalog
      .callableTools({ scopes: new Set(['notes:read']), apps: undefined })
      .map(({ name }) => name)
    expect(names).toContain('nc_notes_get_note')
    expect(names.some(name => name.startsWith('deck_'))).toBe(false)
  })
})

describe('sets of apps', () => {
  test('name apps that exist, and together all of them', () => {
    const ids = everyApp().map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(Object.values(TOOLSETS).flat()))
  })

  test('choose, together with single apps', async () => {
    const chosen = await startHarness({
      environment: { MCP_TOOLSET: 'reading', MCP_ENABLED_APPS: 'notes' },
    })
    const { tools } = await chosen.client.listTools()
    const prefixes = new Set(tools.map(({ name }) => name.split('_').slice(0, 2).join('_')))
    expect([...prefixes].toSorted()).toEqual([
      'nc_cookbook',
      'nc_news',
      'nc_notes',
      'nc_search',
      'nc_users',
    ])
    await chosen.close()
  })

  test('a set that does not exist is a configuration error', async () => {
    await expect(startHarness({ environment: { MCP_TOOLSET: 'organiser' } })).rejects.toThrow(
      /did you mean organizer/,
    )
  })
})
