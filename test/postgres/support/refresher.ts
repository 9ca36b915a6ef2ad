/**
 * A process under load until it is killed or told to stop: grants of its own, and access tokens for
 * users whom it shares with others. Prints what was acknowledged, once it was.
 */
import { writeSync } from 'node:fs'
import { createTokenBroker } from '../../../src/access/token-broker.ts'
import { isCodedError } from '../../../src/nextcloud/errors.ts'
import { openVaultIn } from '../../vault/open.ts'

const [place = '', keys = '', provider = '', name = '', count = '1'] = process.argv.slice(2)
/** At once and not through a buffer, which a kill would take along. */
const print = (line: string) => writeSync(1, `${line}\n`)
const users = Array.from({ length: Number(count) }, (_, at) => `user-${at}`)
const stopping = new AbortController()
process.stdin.once('data', () => stopping.abort())

const vault = await openVaultIn(place, keys)
const broker = createTokenBroker({
  vault,
  async refresh(token) {
    const answer = await fetch(provider, { method: 'POST', body: JSON.stringify({ token, name }) })
    const { next } = (await answer.json()) as { next: string }
    // Good for so short a time that the next job has to refresh again.
    return { accessToken: `access-${next}`, refreshToken: next, expiresAt: Date.now() + 1_000 }
  },
  revoke: async () => false,
  lease: { ttlMs: 3_000, waitMs: 15_000 },
})

async function refreshAll(): Promise<void> {
  while (!stopping.signal.aborted) {
    for (const user of users) {
      const outcome = await broker.tokenFor(user).catch((error: unknown) => {
        if (isCodedError(error)) return error.code
        throw error
      })
      print(`${outcome.startsWith('access-') ? 'token' : 'failed'} ${user} ${outcome}`)
    }
  }
}

async function grant(): Promise<void> {
  for (let at = 0; !stopping.signal.aborted; at++) {
    const userId = `${name}-${at}`
    await vault.refreshTokens.put({ userId, token: `grant of ${userId}` })
    await vault.appPasswords.put({ userId, loginName: userId, password: userId, scopes: null })
    print(`granted ${userId}`)
  }
}

print('ready')
await Promise.all([refreshAll(), grant()])
await vault.close()
process.stdin.destroy()
