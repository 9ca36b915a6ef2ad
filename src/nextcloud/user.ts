/** Who the user of a session is, in Nextcloud's eyes. */
import { z } from 'zod'
import { ocs } from './ocs.ts'
import type { Session } from './session.ts'
import { list, looseRecord, text } from './tolerant.ts'

const ApiUser = z.object({
  id: z.string().min(1),
  'display-name': text(''),
  displayname: text(''),
  email: text(null),
  groups: list(z.string()).catch([]),
  language: text(null),
  locale: text(null),
  quota: looseRecord(),
})

/** The account behind the credential; `id` is the user id, which may differ from the login name. */
export interface User {
  id: string
  displayName: string
  email: string | null
  groups: string[]
  language: string | null
  locale: string | null
  /** Bytes; null where the instance tells none. `quota` of -3 means unlimited. */
  storage: { used: number | null; free: number | null; quota: number | null }
}

/**
 * The signed-in user, as things are now; one request.
 * @throws CodedError as any request; `UNAUTHORIZED` when Nextcloud refuses the credential
 */
export async function currentUser(session: Session): Promise<User> {
  const user = await ocs(session, ApiUser, { path: '/cloud/user', subject: 'the user' })
  const bytes = (name: string) => {
    const value = Number(user.quota[name] ?? Number.NaN)
    return Number.isFinite(value) ? value : null
  }
  return {
    id: user.id,
    displayName: user['display-name'] || user.displayname || user.id,
    email: user.email,
    groups: user.groups,
    language: user.language,
    locale: user.locale,
    storage: { used: bytes('used'), free: bytes('free'), quota: bytes('quota') },
  }
}
