/** Logins of two replicas that share a storage and nothing else. */
import { expect, onTestFinished, test } from 'vitest'
import type { GrantedLogin } from '../../../src/nextcloud/login-flow.ts'
import { connectNextcloud } from '../../../src/server/connect.ts'
import { createLogins, type Logins } from '../../../src/web/logins.ts'
import { listen } from '../../support/relay.ts'
import { openTestVault } from '../vault/support.ts'

const GRANTED = { server: 'http://x', loginName: 'bob', appPassword: 'granted' }

/** A Nextcloud where everything was granted, which tells it once and when it is let. */
async function startNextcloud() {
  const asked = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  let told = false
  const { port, close } = await listen(async (incoming, outgoing) => {
    const answer = (status: number, body: object) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (!incoming.url?.endsWith('/poll')) {
      const flow = { poll: { token: 't', endpoint: 'x' }, login: 'http://x/login/v2/flow/abc' }
      return answer(200, flow)
    }
    if (told) return answer(404, [])
    told = true
    asked.resolve()
    await held.promise
    return answer(200, GRANTED)
  })
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}`, asked: asked.promise, release: held.resolve }
}

async function replicas(): Promise<{
  nextcloud: Awaited<ReturnType<typeof startNextcloud>>
  one: Logins
  other: Logins
  discarded: string[]
}> {
  const nextcloud = await startNextcloud()
  const { pending } = await openTestVault()
  const discarded: string[] = []
  const discard = async ({ appPassword }: GrantedLogin) => void discarded.push(appPassword)
  const { http, close } = connectNextcloud({
    url: nextcloud.url,
    publicUrl: undefined,
    verifySsl: true,
    caBundle: undefined,
    timeoutMs: 5_000,
  })
  onTestFinished(close)
  const make = () => createLogins({ pending, http, publicUrl: undefined, discard })
  return { nextcloud, one: make(), other: make(), discarded }
}

const PURPOSE = { purpose: 'sign-in', appPasswordName: 'x', finish: '/finish' } as const

test('what one was told, the other knows when it looks next', async () => {
  const { nextcloud, one, other } = await replicas()
  const id = await one.begin('browser', 'here', PURPOSE)
  const looking = one.look('browser', id)
  await nextcloud.asked
  expect(await other.look('browser', id)).toMatchObject({ granted: undefined })
  nextcloud.release()
  expect((await looking)?.granted?.appPassword).toBe('granted')
  expect((await other.look('browser', id))?.granted?.appPassword).toBe('granted')
})

test('called off on one while the other is being told: it is given back, once', async () => {
  const { nextcloud, one, other, discarded } = await replicas()
  const id = await one.begin('browser', 'here', PURPOSE)
  const looking = one.look('browser', id)
  await nextcloud.asked
  expect((await other.cancel('browser', id))?.granted).toBeUndefined()
  nextcloud.release()
  expect((await looking)?.granted).toBeUndefined()
  expect(discarded).toEqual(['granted'])
  expect(await other.look('browser', id)).toBeUndefined()
})

test('called off when it was granted already: whoever calls it off gives it back', async () => {
  const { nextcloud, one, other, discarded } = await replicas()
  const id = await one.begin('browser', 'here', PURPOSE)
  nextcloud.release()
  await one.look('browser', id)
  expect((await other.cancel('browser', id))?.granted?.appPassword).toBe('granted')
  expect(await one.cancel('browser', id)).toBeUndefined()
  expect(discarded).toEqual([])
})
