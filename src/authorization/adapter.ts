/** What the authorization server remembers, in the vault. */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Records, VaultRecord } from '../vault/vault.ts'
import { createRefreshTokens, type Refreshing } from './refresh-tokens.ts'

/** A registration, which anybody can make, is forgotten after this time unless somebody connects. */
const UNUSED_CLIENT_MS = 7 * 24 * 3_600_000
const REGISTRATION = new Set(['Client', 'RegistrationAccessToken'])
const REFRESH_TOKEN = 'RefreshToken'

/** Kind of the records of one of the library's models. */
export function kindOf(model: string): string {
  return `authorization:${model}`
}

/**
 * Makes the adapters of the library.
 * @param refreshing the request that is being answered
 * @see https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js
 */
export function createAdapters(
  records: Records,
  refreshing: () => Refreshing | undefined,
  now = Date.now,
): (model: string) => Adapter {
  return model =>
    model === REFRESH_TOKEN ? refreshTokens(records, refreshing, now) : plainly(records, model)
}

/** The adapter of one model, which keeps what it is told. */
function plainly(records: Records, model: string): Adapter {
  const kind = kindOf(model)
  return {
    async upsert(id, payload, expiresIn) {
      const kept = model === 'Client' ? await records.get(kind, id) : undefined
      const isKept = kept !== undefined && kept.expiresAt === undefined
      const unlessKept = isKept ? undefined : UNUSED_CLIENT_MS
      const ttlMs = REGISTRATION.has(model) ? unlessKept : expiresIn && expiresIn * 1_000
      await records.put(kind, id, plain(payload), {
        ...(ttlMs ? { ttlMs } : {}),
        keys: {
          ...given('grantId', payload.grantId),
          ...given('uid', payload.uid),
          ...given('userCode', payload.userCode),
          ...given('userId', payload.accountId),
        },
      })
    },
    async find(id) {
      const record = await records.get(kind, id)
      return record && payloadOf(record)
    },
    async findByUid(uid) {
      const [record] = await records.find(kind, 'uid', uid)
      return record && payloadOf(record)
    },
    async findByUserCode(userCode) {
      const [record] = await records.find(kind, 'userCode', userCode)
      return record && payloadOf(record)
    },
    async consume(id) {
      // The library looks first and consumes then; of two at once only one may go on.
      if (await records.consume(kind, id)) return
      throw new errors.InvalidGrant('it was used already')
    },
    async destroy(id) {
      await records.delete(kind, id)
    },
    async revokeByGrantId(grantId) {
      await records.deleteBy('grantId', grantId, kind)
    },
  }
}

/** That of refresh tokens, which may be used once more where the answer got lost. */
function refreshTokens(
  records: Records,
  refreshing: () => Refreshing | undefined,
  now: () => number,
): Adapter {
  const kind = kindOf(REFRESH_TOKEN)
  const adapter = plainly(records, REFRESH_TOKEN)
  const tokens = createRefreshTokens(records, kind, refreshing, now)
  return {
    ...adapter,
    async upsert(id, payload, expiresIn) {
      const parent = await tokens.parentOf(id)
      await adapter.upsert(id, { ...payload, ...given('uid', parent) }, expiresIn)
    },
    async find(id) {
      const record = await records.get(kind, id)
      if (record === undefined) return undefined
      const { uid: _parent, ...payload } = record.payload
      return (await tokens.isUsed(record))
        ? payloadOf({ payload, consumedAt: record.consumedAt ?? now() })
        : payloadOf({ payload, consumedAt: undefined })
    },
    consume: tokens.use,
  }
}

function payloadOf({
  payload,
  consumedAt,
}: Pick<VaultRecord, 'payload' | 'consumedAt'>): AdapterPayload {
  return consumedAt === undefined
    ? { ...payload }
    : { ...payload, consumed: Math.floor(consumedAt / 1_000) }
}

/** As JSON keeps it: the library hands over instances of its own classes. */
function plain(payload: AdapterPayload): Record<string, unknown> {
  return JSON.parse(JSON.stringify(payload))
}

function given<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>)
}
