/** What every implementation of the vault owes, whatever database is behind it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { generateKey } from '../../../src/vault/fernet.ts'
import { type Time, UNKNOWN_ISSUER, type Vault } from '../../../src/vault/vault.ts'

/** One empty database; each `open` is like another process on it. */
export interface Storage {
  open(options: { keys: string; now: () => Time }): Promise<Vault>
  destroy(): Promise<void>
}

const KEY = generateKey()
const START = Date.parse('2026-05-01T12:00:00Z')

/** Registers the tests for one implementation. */
export function vaultContract(name: string, prepare: () => Promise<Storage>): void {
  describe(name, () => {
    let storage: Storage
    let time: Time
    let opened: Vault[]
    let vault: Vault
    const open = async (keys = KEY) => {
      const another = await storage.open({ keys, now: () => time })
      opened.push(another)
      return another
    }

    beforeEach(async () => {
      time = START
      opened = []
      storage = await prepare()
      vault = await open()
    })
    afterEach(async () => {
      for (const each of opened) await each.close()
      await storage.destroy()
    })

    const events = async () =>
      (await vault.audit.page()).entries.map(({ event, userId }) => `${event} ${userId}`)

    describe('refresh tokens', () => {
      const GRANT = {
        userId: 'alice',
        token: 'first',
        clientId: 'mcp',
        scopes: ['notes:read', 'offline_access'],
        expiresAt: START + 86_400_000,
        profile: { name: 'Alice' },
      }

      test('come back whole, to another process too', async () => {
        await vault.refreshTokens.put(GRANT)
        expect(await (await open()).refreshTokens.get('alice')).toEqual({
          ...GRANT,
          flow: 'flow2',
          audience: 'nextcloud',
          provisionedAt: START,
          createdAt: START,
          updatedAt: START,
        })
        expect(await vault.refreshTokens.get('bob')).toBeUndefined()
      })

      test('what is not known is undefined', async () => {
        await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
        expect(await vault.refreshTokens.get('alice')).toMatchObject({
          clientId: undefined,
          scopes: undefined,
          expiresAt: undefined,
          profile: undefined,
        })
      })

      test('are replaced only by whoever has the stored one', async () => {
        await vault.refreshTokens.put(GRANT)
        time += 1_000
        expect(await vault.refreshTokens.replace('alice', 'first', { token: 'second' })).toBe(true)
        expect(await vault.refreshTokens.replace('alice', 'first', { token: 'lost' })).toBe(false)
        expect(await vault.refreshTokens.replace('bob', 'first', { token: 'lost' })).toBe(false)
        expect(await vault.refreshTokens.get('alice')).toMatchObject({
          token: 'second',
          scopes: GRANT.scopes,
          expiresAt: undefined,
          profile: GRANT.profile,
          provisionedAt: START,
          updatedAt: START + 1_000,
        })
      })

      test('of many replacements at once, one wins', async () => {
        await vault.refreshTokens.put(GRANT)
        const other = await open()
        const won = await Promise.all(
          Array.from({ length: 20 }, (_, at) =>
            (at % 2 === 0 ? vault : other).refreshTokens.replace('alice', 'first', {
              token: `next ${at}`,
            }),
          ),
        )
        expect(won.filter(Boolean)).toHaveLength(1)
        const token = (await vault.refreshTokens.get('alice'))?.token
        expect(token).toBe(`next ${won.indexOf(true)}`)
      })

      test('a new grant takes the place of an old one and keeps the profile', async () => {
        await vault.refreshTokens.put(GRANT)
        time += 5
        await vault.refreshTokens.put({ userId: 'alice', token: 'anew' })
        expect(await vault.refreshTokens.get('alice')).toMatchObject({
          token: 'anew',
          scopes: undefined,
          profile: GRANT.profile,
          createdAt: START,
          provisionedAt: START + 5,
        })
        expect(await vault.refreshTokens.setProfile('alice', { name: 'A.' })).toBe(true)
        expect(await vault.refreshTokens.setProfile('bob', {})).toBe(false)
        expect((await vault.refreshTokens.get('alice'))?.profile).toEqual({ name: 'A.' })
      })

      test('the refusal of an old token does not delete a newer grant', async () => {
        await vault.refreshTokens.put(GRANT)
        await vault.refreshTokens.put({ userId: 'alice', token: 'anew' })
        expect(await vault.refreshTokens.delete('alice', 'first')).toBe(false)
        expect(await vault.refreshTokens.delete('alice', 'anew')).toBe(true)
        expect(await vault.refreshTokens.delete('alice')).toBe(false)
        expect(await vault.refreshTokens.get('alice')).toBeUndefined()
      })

      test('are listed without the token, the latest first', async () => {
        await vault.refreshTokens.put(GRANT)
        time += 1
        await vault.refreshTokens.put({ userId: 'bob', token: 'of bob' })
        const list = await vault.refreshTokens.list()
        expect(list.map(({ userId }) => userId)).toEqual(['bob', 'alice'])
        expect(JSON.stringify(list)).not.toContain('of bob')
      })

      test('each change is in the audit log', async () => {
        await vault.refreshTokens.put(GRANT)
        await vault.refreshTokens.replace('alice', 'first', { token: 'second' })
        await vault.refreshTokens.replace('alice', 'first', { token: 'third' })
        await vault.refreshTokens.delete('alice')
        await vault.refreshTokens.delete('alice')
        expect(await events()).toEqual([
          'delete_refresh_token alice',
          'rotate_refresh_token alice',
          'store_refresh_token alice',
        ])
      })

      test('an empty user or token is refused', async () => {
        const put = (grant: object) => vault.refreshTokens.put({ ...GRANT, ...grant })
        await expect(put({ userId: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
        await expect(put({ token: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
      })
    })

    describe('app passwords', () => {
      const ENTRY = {
        userId: 'alice',
        loginName: 'alice@example.org',
        nextcloudUserId: 'uid-1',
        password: 'aaaaa-bbbbb',
        scopes: ['notes:read'],
      }

      test('come back whole, by user and by client', async () => {
        await vault.appPasswords.put(ENTRY)
        await vault.appPasswords.put({ ...ENTRY, clientId: 'claude', password: 'c', scopes: null })
        const { appPasswords } = await open()
        expect(await appPasswords.get('alice')).toEqual({
          ...ENTRY,
          clientId: undefined,
          createdAt: START,
          updatedAt: START,
          lastUsedAt: undefined,
        })
        expect(await appPasswords.get('alice', 'claude')).toMatchObject({
          clientId: 'claude',
          password: 'c',
          scopes: null,
        })
        expect(await appPasswords.get('alice', 'other')).toBeUndefined()
        expect(await appPasswords.get('bob')).toBeUndefined()
      })

      test('an empty list of scopes is refused, and changes nothing', async () => {
        const refused = { code: 'BAD_INPUT' }
        await expect(vault.appPasswords.put({ ...ENTRY, scopes: [] })).rejects.toMatchObject(
          refused,
        )
        await vault.appPasswords.put(ENTRY)
        await expect(vault.appPasswords.setScopes('alice', [])).rejects.toMatchObject(refused)
        expect((await vault.appPasswords.get('alice'))?.scopes).toEqual(['notes:read'])
      })

      test('scopes change without the password', async () => {
        await vault.appPasswords.put(ENTRY)
        time += 7
        expect(await vault.appPasswords.setScopes('alice', ['deck:read'])).toBe(true)
        expect(await vault.appPasswords.setScopes('alice', ['deck:read'], 'claude')).toBe(false)
        expect(await vault.appPasswords.get('alice')).toMatchObject({
          password: ENTRY.password,
          scopes: ['deck:read'],
          updatedAt: START + 7,
        })
      })

      test('the last use is noted, at most once a minute', async () => {
        await vault.appPasswords.put(ENTRY)
        const used = async () => {
          await vault.appPasswords.touch('alice')
          return (await vault.appPasswords.get('alice'))?.lastUsedAt
        }
        expect(await used()).toBe(START)
        time += 59_000
        expect(await used()).toBe(START)
        time += 1_000
        expect(await used()).toBe(START + 60_000)
        await vault.appPasswords.touch('nobody')
      })

      test('are listed and deleted by user and client, and it is in the log', async () => {
        await vault.appPasswords.put(ENTRY)
        time += 1
        await vault.appPasswords.put({ ...ENTRY, clientId: 'claude' })
        time += 1
        await vault.appPasswords.put({ ...ENTRY, userId: 'bob' })
        const names = async (userId?: string) =>
          (await vault.appPasswords.list(userId)).map(entry => `${entry.userId} ${entry.clientId}`)
        expect(await names()).toEqual(['bob undefined', 'alice claude', 'alice undefined'])
        expect(await names('alice')).toEqual(['alice claude', 'alice undefined'])
        expect(JSON.stringify(await vault.appPasswords.list())).not.toContain(ENTRY.password)
        expect(await vault.appPasswords.delete('alice')).toBe(true)
        expect(await vault.appPasswords.delete('alice')).toBe(false)
        expect(await names('alice')).toEqual(['alice claude'])
        expect((await events())[0]).toBe('delete_app_password alice')
        const [line] = (await vault.audit.page({ userId: 'alice', limit: 2 })).entries.slice(1)
        expect(line).toMatchObject({ event: 'store_app_password', resourceId: 'claude' })
      })
    })

    describe('the OAuth clients of this server', () => {
      const CLIENT = {
        issuer: 'https://idp.example.org',
        clientId: 'client-1',
        clientSecret: 'hush',
        redirectUris: ['https://mcp.example.org/callback'],
        issuedAt: START,
        expiresAt: START + 3_600_000,
        registrationToken: 'manage',
        registrationUri: 'https://idp.example.org/register/client-1',
      }

      test('come back whole, one for each issuer', async () => {
        await vault.clients.put(CLIENT)
        await vault.clients.put({ issuer: 'https://other.example.org', clientId: 'public' })
        const { clients } = await open()
        const times = { createdAt: START, updatedAt: START }
        expect(await clients.get(CLIENT.issuer)).toEqual({ ...CLIENT, ...times })
        expect(await clients.get('https://other.example.org')).toMatchObject({
          clientSecret: undefined,
          redirectUris: [],
          expiresAt: undefined,
          registrationToken: undefined,
        })
        expect(await clients.get(UNKNOWN_ISSUER)).toBeUndefined()
        expect(await clients.issuers()).toEqual([CLIENT.issuer, 'https://other.example.org'])
      })

      test('a new registration takes the place of the old one', async () => {
        await vault.clients.put(CLIENT)
        await vault.clients.put({ issuer: CLIENT.issuer, clientId: 'client-2' })
        expect(await vault.clients.get(CLIENT.issuer)).toMatchObject({
          clientId: 'client-2',
          clientSecret: undefined,
          registrationToken: undefined,
        })
        expect(await vault.clients.delete(CLIENT.issuer)).toBe(true)
        expect(await vault.clients.delete(CLIENT.issuer)).toBe(false)
        expect(await events()).toContain('delete_oauth_client system')
      })
    })

    describe('what is in progress', () => {
      test('can be looked at and be taken once', async () => {
        await vault.pending.put('login', 'state-1', { verifier: 'v' }, 600_000)
        expect(await vault.pending.get('login', 'state-1')).toEqual({ verifier: 'v' })
        expect(await vault.pending.take('consent', 'state-1')).toBeUndefined()
        expect(await vault.pending.take('login', 'state-1')).toEqual({ verifier: 'v' })
        expect(await vault.pending.take('login', 'state-1')).toBeUndefined()
        expect(await vault.pending.get('login', 'state-1')).toBeUndefined()
      })

      test('of many who take at once, one gets it', async () => {
        await vault.pending.put('code', 'c', { user: 'alice' }, 600_000)
        const other = await open()
        const taken = await Promise.all(
          Array.from({ length: 20 }, (_, at) =>
            (at % 2 === 0 ? vault : other).pending.take('code', 'c'),
          ),
        )
        expect(taken.filter(payload => payload !== undefined)).toEqual([{ user: 'alice' }])
      })

      test('ends by itself', async () => {
        await vault.pending.put('login', 'state-1', {}, 1_000)
        time += 999
        expect(await vault.pending.get('login', 'state-1')).toEqual({})
        time += 1
        expect(await vault.pending.take('login', 'state-1')).toBeUndefined()
        expect(await vault.prune()).toBe(1)
      })
    })

    describe('browser sessions', () => {
      test('have unguessable ids and end by time, by sign-out or everywhere', async () => {
        const id = await vault.browserSessions.create('alice', 1_000, { csrf: 'x' })
        expect(id).toMatch(/^[\w-]{43}$/)
        expect(await (await open()).browserSessions.get(id)).toEqual({
          userId: 'alice',
          data: { csrf: 'x' },
          createdAt: START,
          expiresAt: START + 1_000,
        })
        expect(await vault.browserSessions.delete(id)).toBe(true)
        expect(await vault.browserSessions.delete(id)).toBe(false)
        expect(await vault.browserSessions.get(id)).toBeUndefined()

        const ids = [
          await vault.browserSessions.create('alice', 1_000),
          await vault.browserSessions.create('alice', 5_000),
          await vault.browserSessions.create('bob', 5_000),
        ] as const
        time += 1_000
        expect(await vault.browserSessions.get(ids[0])).toBeUndefined()
        expect(await vault.browserSessions.get(ids[1])).toMatchObject({ userId: 'alice' })
        await vault.browserSessions.deleteAllOf('alice')
        expect(await vault.browserSessions.get(ids[1])).toBeUndefined()
        expect(await vault.browserSessions.get(ids[2])).toMatchObject({ userId: 'bob' })
      })
    })

    describe('records', () => {
      test('come back by kind and id, until they expire', async () => {
        await vault.records.put('Client', 'a', { nested: { list: [1, null] } })
        await vault.records.put('Session', 'a', { uid: 'u' }, { ttlMs: 1_000 })
        expect(await vault.records.get('Client', 'a')).toEqual({
          id: 'a',
          payload: { nested: { list: [1, null] } },
          consumedAt: undefined,
          expiresAt: undefined,
          createdAt: START,
        })
        time += 1_000
        expect(await vault.records.get('Session', 'a')).toBeUndefined()
        expect(await vault.records.get('Client', 'a')).toBeDefined()
        expect(await vault.records.get('Client', 'b')).toBeUndefined()
      })

      test('are found by each key, of their kind only, and by no key of before', async () => {
        const keys = { grantId: 'g', uid: 'u', userCode: 'c', userId: 'alice' }
        await vault.records.put('Session', 's', { which: 's' }, { keys })
        await vault.records.put('AccessToken', 't', { which: 't' }, { keys: { grantId: 'g' } })
        for (const [key, value] of Object.entries(keys)) {
          const found = await vault.records.find('Session', key as keyof typeof keys, value)
          expect(found.map(({ id }) => id)).toEqual(['s'])
          expect(await vault.records.find('Session', key as keyof typeof keys, 'x')).toEqual([])
        }
        await vault.records.put('Session', 's', { which: 's' }, { keys: { uid: 'v' } })
        expect(await vault.records.find('Session', 'uid', 'u')).toEqual([])
        expect(await vault.records.find('Session', 'grantId', 'g')).toEqual([])
        expect(await vault.records.find('Session', 'uid', 'v')).toHaveLength(1)
      })

      test('are consumed once, and stay so', async () => {
        await vault.records.put('Code', 'c', { step: 1 }, { ttlMs: 1_000 })
        const other = await open()
        const consumed = await Promise.all(
          Array.from({ length: 10 }, (_, at) =>
            (at % 2 === 0 ? vault : other).records.consume('Code', 'c'),
          ),
        )
        expect(consumed.filter(Boolean)).toHaveLength(1)
        await vault.records.put('Code', 'c', { step: 2 }, { ttlMs: 2_000 })
        expect(await vault.records.get('Code', 'c')).toMatchObject({
          payload: { step: 2 },
          consumedAt: START,
        })
        expect(await vault.records.consume('Code', 'none')).toBe(false)
        time += 2_000
        expect(await vault.records.consume('Code', 'c')).toBe(false)
        await vault.records.put('Code', 'c', { step: 3 })
        expect(await vault.records.get('Code', 'c')).toMatchObject({
          consumedAt: undefined,
          createdAt: START + 2_000,
        })
      })

      test('are deleted one by one, by a key of one kind, by a key of all', async () => {
        const keys = { grantId: 'g' }
        for (const kind of ['AccessToken', 'RefreshToken', 'AuthorizationCode']) {
          await vault.records.put(kind, 'x', {}, { keys })
        }
        await vault.records.put('AccessToken', 'y', {}, { keys: { grantId: 'h' } })
        expect(await vault.records.delete('AuthorizationCode', 'x')).toBe(true)
        expect(await vault.records.delete('AuthorizationCode', 'x')).toBe(false)
        expect(await vault.records.deleteBy('grantId', 'g', 'AccessToken')).toBe(1)
        expect(await vault.records.get('RefreshToken', 'x')).toBeDefined()
        expect(await vault.records.deleteBy('grantId', 'g')).toBe(1)
        expect(await vault.records.get('AccessToken', 'y')).toBeDefined()
      })

      test('pruning removes what has expired and nothing else', async () => {
        await vault.records.put('A', 'short', {}, { ttlMs: 10 })
        await vault.records.put('A', 'long', {}, { ttlMs: 1_000 })
        await vault.records.put('A', 'ever', {})
        await vault.refreshTokens.put({ userId: 'alice', token: 't', expiresAt: START + 1 })
        time += 10
        expect(await vault.prune()).toBe(1)
        expect(await vault.records.get('A', 'long')).toBeDefined()
        expect(await vault.records.get('A', 'ever')).toBeDefined()
        expect(await vault.refreshTokens.get('alice')).toBeDefined()
      })
    })

    describe('the audit log', () => {
      test('notes time and host, and gives the newest first, page by page', async () => {
        for (let at = 0; at < 7; at++) {
          // Two lines in one millisecond: the order among them holds too.
          time = START + Math.floor(at / 2)
          await vault.audit.append({ event: `e${at}`, userId: at % 2 === 0 ? 'alice' : 'bob' })
        }
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await vault.audit.page({ limit: 3, ...(cursor ? { cursor } : {}) })
          expect(page.entries.length).toBeLessThanOrEqual(3)
          seen.push(...page.entries.map(({ event }) => event))
          cursor = page.next
        } while (cursor !== undefined)
        expect(seen).toEqual(['e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0'])

        const [first] = (await vault.audit.page({ limit: 1 })).entries
        expect(first).toMatchObject({ time: START + 3, userId: 'alice', resourceType: undefined })
        expect(first?.host).toMatch(/./)
      })

      test('is filtered by user, event and time', async () => {
        await vault.audit.append({
          event: 'read',
          userId: 'alice',
          resourceType: 'note',
          resourceId: '7',
          method: 'bearer',
        })
        time += 1_000
        await vault.audit.append({ event: 'read', userId: 'bob' })
        await vault.audit.append({ event: 'write', userId: 'alice' })
        const found = async (query: object) =>
          (await vault.audit.page(query)).entries.map(({ event, userId }) => `${event} ${userId}`)
        expect(await found({ userId: 'alice' })).toEqual(['write alice', 'read alice'])
        expect(await found({ event: 'read' })).toEqual(['read bob', 'read alice'])
        expect(await found({ since: START + 1 })).toEqual(['write alice', 'read bob'])
        expect(await found({ until: START + 1 })).toEqual(['read alice'])
        expect(await found({ userId: "' OR 1=1 --" })).toEqual([])
        const [entry] = (await vault.audit.page({ until: START + 1 })).entries
        expect(entry).toMatchObject({ resourceType: 'note', resourceId: '7', method: 'bearer' })
      })

      test('refuses a limit or cursor that is none', async () => {
        for (const query of [{ limit: 0 }, { limit: 1.5 }, { limit: 1_001 }, { cursor: 'x' }]) {
          await expect(vault.audit.page(query)).rejects.toMatchObject({ code: 'BAD_INPUT' })
        }
      })

      test('drops what is older than it has to be kept', async () => {
        await vault.audit.append({ event: 'old', userId: 'alice' })
        time += 1_000
        await vault.audit.append({ event: 'new', userId: 'alice' })
        expect(await vault.audit.retain(START + 1)).toBe(1)
        expect(await vault.audit.retain(START)).toBe(0)
        expect(await events()).toEqual(['new alice'])
      })
    })

    describe('leases', () => {
      test('have one holder, who can renew and release', async () => {
        const other = await open()
        expect(await vault.leases.acquire('refresh:alice', 'one', 1_000)).toBe(true)
        expect(await other.leases.acquire('refresh:alice', 'two', 1_000)).toBe(false)
        expect(await other.leases.acquire('refresh:bob', 'two', 1_000)).toBe(true)
        time += 500
        expect(await vault.leases.acquire('refresh:alice', 'one', 1_000)).toBe(true)
        expect(await other.leases.holder('refresh:alice')).toEqual({
          owner: 'one',
          expiresAt: START + 1_500,
        })
        expect(await other.leases.release('refresh:alice', 'two')).toBe(false)
        expect(await vault.leases.release('refresh:alice', 'one')).toBe(true)
        expect(await other.leases.acquire('refresh:alice', 'two', 1_000)).toBe(true)
      })

      test('end by themselves', async () => {
        await vault.leases.acquire('l', 'one', 1_000)
        time += 1_000
        expect(await vault.leases.holder('l')).toBeUndefined()
        expect(await vault.leases.release('l', 'one')).toBe(false)
        expect(await vault.leases.acquire('l', 'two', 1_000)).toBe(true)
        expect(await vault.leases.acquire('l', 'one', 1_000)).toBe(false)
      })

      test('of many at once, one gets it', async () => {
        const other = await open()
        const got = await Promise.all(
          Array.from({ length: 20 }, (_, at) =>
            (at % 2 === 0 ? vault : other).leases.acquire('l', `owner ${at}`, 1_000),
          ),
        )
        expect(got.filter(Boolean)).toHaveLength(1)
      })
    })

    describe('keys', () => {
      test('a vault does not open with a key it was not written with', async () => {
        await expect(open(generateKey())).rejects.toMatchObject({ code: 'KEY_MISMATCH' })
      })

      test('are changed: new one first, encrypt again, drop the old one', async () => {
        await vault.refreshTokens.put({ userId: 'alice', token: 'r', profile: { name: 'A' } })
        await vault.appPasswords.put({
          userId: 'alice',
          loginName: 'alice',
          password: 'p',
          scopes: null,
        })
        await vault.clients.put({ issuer: 'i', clientId: 'c', clientSecret: 's' })
        for (let at = 0; at < 450; at++) await vault.records.put('K', `${at}`, { at })

        const fresh = generateKey()
        const both = await open(`${fresh},${KEY}`)
        expect((await both.refreshTokens.get('alice'))?.token).toBe('r')
        await both.records.put('K', 'with the new key', {})
        await expect(open(fresh)).rejects.toMatchObject({ code: 'KEY_MISMATCH' })
        await expect(open(KEY)).rejects.toMatchObject({ code: 'KEY_MISMATCH' })

        expect(await both.reencrypt()).toEqual({ rewritten: 4 + 450, unreadable: [] })
        expect(await both.reencrypt()).toEqual({ rewritten: 0, unreadable: [] })
        const after = await open(fresh)
        expect(await after.check()).toEqual([])
        expect(await after.refreshTokens.get('alice')).toMatchObject({
          token: 'r',
          profile: { name: 'A' },
        })
        expect((await after.appPasswords.get('alice'))?.password).toBe('p')
        expect((await after.clients.get('i'))?.clientSecret).toBe('s')
        expect((await after.records.get('K', '449'))?.payload).toEqual({ at: 449 })
        await expect(open(KEY)).rejects.toMatchObject({ code: 'KEY_MISMATCH' })
      })
    })

    test('nothing works after closing, and closing twice is no harm', async () => {
      const other = await open()
      await other.close()
      await other.close()
      await expect(other.records.get('K', 'x')).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}
