/** Two processes under load, of which one is killed in turn: nothing is lost, nothing done twice. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../support/relay.ts'
import { type Child, startChild } from '../vault/child.ts'
import { freshDatabase, KEY, onPostgres, openOn } from './support/databases.ts'

const KILLS = 16
const USERS = 4

/** One use of a refresh token, and the process that used it. */
interface Use {
  readonly token: string
  readonly by: string
}

/** The token that follows another: the same whenever it is asked for, so that no answer is lost. */
const following = (token: string) => createHash('sha256').update(token).digest('hex')

/** A provider that notes who uses what. */
async function startProvider(): Promise<{ url: string; uses: Use[] }> {
  const uses: Use[] = []
  const { port, close } = await listen(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { token, name } = JSON.parse(Buffer.concat(chunks).toString())
    uses.push({ token, by: name })
    await sleep(Math.random() * 10)
    outgoing.end(JSON.stringify({ next: following(token) }))
  })
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}`, uses }
}

onPostgres('kill -9', () => {
  test(`${KILLS} times, one of two in turn`, { timeout: 180_000 }, async () => {
    const place = await freshDatabase()
    const vault = await openOn(place)
    const { url, uses } = await startProvider()
    for (let at = 0; at < USERS; at++) {
      await vault.refreshTokens.put({ userId: `user-${at}`, token: `first-${at}` })
    }
    const started: { name: string; child: Child }[] = []
    const start = async () => {
      const name = `process-${started.length}`
      const child = startChild(
        '../postgres/support/refresher.ts',
        place,
        KEY,
        url,
        name,
        `${USERS}`,
      )
      started.push({ name, child })
      await child.line('ready')
      return { name, child }
    }

    const running = [await start(), await start()]
    const killed = new Set<string>()
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(100 + Math.random() * 300)
      const victim = running[kill % 2]
      if (victim === undefined) throw new Error('nobody runs')
      victim.child.process.kill('SIGKILL')
      expect(await victim.child.ended()).toBeNull()
      killed.add(victim.name)
      running[kill % 2] = await start()
    }
    for (const { child } of running) child.process.stdin?.write('stop\n')
    for (const { child } of running) expect(await child.ended()).toBe(0)

    const lines = started.flatMap(({ child }) => child.lines)
    const of = (kind: string) => lines.filter(line => line.startsWith(`${kind} `))
    // Kills that fall between everything prove nothing: most must have met a process at work.
    expect(of('token').length).toBeGreaterThan(KILLS)
    expect(of('granted').length).toBeGreaterThan(KILLS)
    expect(of('failed')).toEqual([])

    for (const line of of('granted')) {
      const userId = line.slice('granted '.length)
      expect((await vault.refreshTokens.get(userId))?.token).toBe(`grant of ${userId}`)
      expect((await vault.appPasswords.get(userId))?.password).toBe(userId)
    }
    // A token was used again only where whoever had used it did not live to store the answer.
    const lastUse = new Map(uses.map((use, at) => [use.token, at]))
    const repeated = uses.filter((use, at) => lastUse.get(use.token) !== at)
    expect(repeated.filter(({ by }) => !killed.has(by))).toEqual([])
    expect(repeated.length).toBeLessThanOrEqual(KILLS * USERS)
    // And what is stored follows the last that was used, unless that answer went with its asker.
    for (let at = 0; at < USERS; at++) {
      const stored = (await vault.refreshTokens.get(`user-${at}`))?.token ?? ''
      let last = `first-${at}`
      while (lastUse.has(following(last))) last = following(last)
      const asker = uses[lastUse.get(last) ?? 0]?.by ?? ''
      expect(killed.has(asker) ? [last, following(last)] : [following(last)]).toContain(stored)
    }
    expect(await vault.check()).toEqual([])
  })
})
