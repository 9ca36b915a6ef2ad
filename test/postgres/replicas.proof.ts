/** Any request may land on any replica: two servers behind a front that leads to each in turn. */
import { beforeEach, expect, test } from 'vitest'
import { agree, connectClient, isSignedIn, registerClient, signInAt } from '../support/connect.ts'
import { formsIn } from '../support/login-flow.ts'
import { answerOf, message } from '../support/oauth.ts'
import { onPostgres } from './support/databases.ts'
import { type Replicas, startReplicas } from './support/replicas.ts'

onPostgres('two replicas', () => {
  let h: Replicas
  beforeEach(async () => {
    h = await startReplicas()
  })

  const post = (token: string, body: object) =>
    fetch(`${h.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(body),
    })
  const me = async (token: string) => {
    const call = { name: 'nc_users_get_current_user', arguments: {} }
    return (await answerOf(await post(token, message('tools/call', call)))).result
      ?.structuredContent
  }
  /** Both in turn, however many requests came before. */
  const onBoth = async <T>(ask: () => Promise<T>): Promise<[T, T]> => [await ask(), await ask()]

  test('serve one sign-in whose steps land on both, and its tokens', async () => {
    const before = h.backend.demo?.appPasswords('alice').length
    const { client, tokens } = await connectClient(h, h.alice, { scope: 'sharing:read' })
    expect(tokens).toMatchObject({ status: 200, scope: 'sharing:read' })
    for (const user of await onBoth(() => me(tokens.access_token))) {
      expect(user).toMatchObject({ id: 'alice' })
    }
    // Neither replica has served all of it.
    for (const { proxy } of h.servers) expect(proxy.requests).not.toEqual([])

    let refreshToken = tokens.refresh_token
    for (let round = 0; round < 4; round++) {
      const next = await client.refresh(refreshToken)
      expect(next.status).toBe(200)
      for (const user of await onBoth(() => me(next.access_token))) {
        expect(user).toMatchObject({ id: 'alice' })
      }
      refreshToken = next.refresh_token
    }

    expect(await client.revoke(refreshToken)).toBe(200)
    await expect.poll(() => h.backend.demo?.appPasswords('alice').length).toBe(before)
    const list = message('tools/list', {})
    const statuses = await onBoth(async () => (await post(tokens.access_token, list)).status)
    expect(statuses).toEqual([401, 401])
    expect((await client.refresh(refreshToken)).status).toBe(400)
  })

  test('let one successor of a refresh token lead on, however often both are asked', async () => {
    const { client, tokens } = await connectClient(h, h.alice, { scope: 'sharing:read' })
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => client.refresh(tokens.refresh_token)),
    )
    for (const { status, error } of answers) {
      if (status !== 200) expect(error).toBe('invalid_grant')
    }
    const [one, ...others] = answers.filter(({ status }) => status === 200)
    if (one !== undefined) expect((await client.refresh(one.refresh_token)).status).toBe(200)
    for (const other of others) {
      expect((await client.refresh(other.refresh_token)).error).toBe('invalid_grant')
    }
  })

  test('take an authorization code once', async () => {
    const client = await registerClient(h.url)
    const { url, verifier } = client.begin()
    const code = (await agree(url, h.bob)).searchParams.get('code') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => client.exchange(code, verifier)),
    )
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
    for (const { status, error } of answers) {
      if (status !== 200) expect(error).toBe('invalid_grant')
    }
  })

  test('know who is signed in on the pages, and who no longer is', async () => {
    const { browser } = await signInAt(h, h.alice)
    expect(await onBoth(() => isSignedIn(h, browser))).toEqual([true, true])
    const overview = await browser.open(`${h.url}/app`)
    const form = formsIn(overview).find(({ action }) => action.pathname.endsWith('/sign-out'))
    if (form === undefined) throw new Error(overview.body)
    await browser.send('POST', form.action, { fields: form.fields })
    expect(await onBoth(() => isSignedIn(h, browser))).toEqual([false, false])
  })
})
