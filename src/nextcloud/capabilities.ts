/** Which apps this instance has for this user. */
import { z } from 'zod'
import { ocs } from './ocs.ts'
import type { Session } from './session.ts'
import { list, looseRecord, number, text } from './tolerant.ts'

const TTL_MS = 30_000

const Capabilities = z.object({
  version: z
    .object({ major: number(0), minor: number(0), micro: number(0), string: text('') })
    .catch({ major: 0, minor: 0, micro: 0, string: '' }),
  capabilities: looseRecord(),
})
/** `GET /ocs/v2.php/cloud/capabilities`: the version, and one entry per app that announces itself. */
export type Capabilities = z.infer<typeof Capabilities>

const NavigationEntry = z.object({ id: z.string(), app: z.string().optional() })

/** The instance's capabilities for this user, at most 30 s old. */
export function capabilities(session: Session): Promise<Capabilities> {
  return session.account.cached('capabilities', TTL_MS, () =>
    ocs(session.detached(), Capabilities, {
      path: '/cloud/capabilities',
      subject: 'the capabilities',
    }),
  )
}

/**
 * The ids of the apps this user has, at most 30 s old, from the capabilities and the app menu: an
 * app shows in one, the other or both, and the menu leaves out what is limited to other groups.
 *
 * @returns undefined when either list could not be had, so that nothing is hidden by a hiccup
 */
export async function enabledApps(session: Session): Promise<ReadonlySet<string> | undefined> {
  const menu = () =>
    ocs(session.detached(), list(NavigationEntry), {
      path: '/core/navigation/apps',
      subject: 'the list of apps',
    })
  try {
    const [announced, entries] = await Promise.all([
      capabilities(session),
      session.account.cached('navigation', TTL_MS, menu),
    ])
    const ids = new Set(Object.keys(announced.capabilities))
    for (const { id, app } of entries) ids.add(app ?? id)
    return ids
  } catch {
    return undefined
  }
}
