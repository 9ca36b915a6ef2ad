/** What the authorization server remembers, in the vault. */
import type { Adapter, AdapterPayload } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Records } from '../vault/vault.ts'

/** A registration, which anybody can make, is forgotten after this time unless somebody connects. */
const UNUSED_CLIENT_MS = 7 * 24 * 3_600_000
const REGISTRATION = new Set(['Client', 'RegistrationAccessToken'])

/** Kind of the records of one of the library's models. */
export function kindOf(model: string): string {
  return `authorization:${model}`
}

/**
 * Makes the adapters of the library.
 * @see https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js
 */
export function createAdapters(records: Records): (model: string) => Adapter {
  return model => {
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
}

function payloadOf(record: {
  payload: Readonly<Record<string, unknown>>
  consumedAt: number | undefined
}): AdapterPayload {
  const { payload, consumedAt } = record
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
