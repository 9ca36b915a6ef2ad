/** A client that was given the address alone, a stock Nextcloud, and a person with a browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectHarness, connectClient, startConnect } from '../support/connect.ts'
import { callTool } from '../support/harness.ts'

let h: ConnectHarness
beforeAll(async () => {
  h = await startConnect()
})
afterAll(() => h.close())

describe('signing in', () => {
  test('leads from the address to the notes of the person who confirmed', async () => {
    const { tokens } = await connectClient(h, h.bob, { scope: 'notes:read sharing:read' })
    expect(tokens).toMatchObject({ status: 200, scope: 'notes:read sharing:read' })
    const client = await h.connect({ headers: { authorization: `Bearer ${tokens.access_token}` } })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('nc_notes_get_note')
    expect((await callTool(client, 'nc_users_get_current_user')).data.id).toBe('bob')
  })
})
