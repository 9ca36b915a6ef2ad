import { type Reply, reply } from '../http.ts'
import type { Instance } from '../instance.ts'
import { childOf, escapeXml, type XmlElement } from '../xml.ts'
import { type DavCall, unhandledMethod } from './call.ts'
import type { Collection, Member } from './collection.ts'
import { ns } from './multistatus.ts'

/** Answers POST of `oc:share`, Nextcloud's own way to share a calendar or an address book. */
export function shareCollection(
  call: DavCall,
  collection: Collection<Member>,
  body: XmlElement | undefined,
): Reply {
  if (body?.name !== `{${ns.oc}}share`) throw unhandledMethod(call)
  for (const instruction of body.children) {
    const principal = principalOf(instruction)
    // Whom Nextcloud does not know, and oneself, it passes over without a word.
    if (principal === undefined || !exists(call.instance, principal, collection.owner)) continue
    collection.shares = collection.shares.filter(share => share.principal !== principal)
    if (instruction.name === `{${ns.oc}}set`) {
      const writable = childOf(instruction, `{${ns.oc}}read-write`) !== undefined
      collection.shares.push({ principal, writable })
    }
  }
  return reply(200, { 'Content-Type': 'text/html; charset=UTF-8' })
}

/** The value of `oc:invite`: with whom a collection is shared. */
export function inviteXml({ state }: Instance, { shares }: Collection<Member>): string {
  const { accounts } = state.directory
  return shares
    .toSorted((a, b) => (a.principal < b.principal ? -1 : 1))
    .map(({ principal, writable }) => {
      const id = principal.split('/').at(-1) ?? ''
      const name = accounts.get(id)?.displayName ?? id
      return (
        `<oc:user><d:href>principal:${escapeXml(principal)}</d:href>` +
        `<oc:common-name>${escapeXml(name)}</oc:common-name><oc:invite-accepted/>` +
        `<oc:access><oc:${writable ? 'read-write' : 'read'}/></oc:access></oc:user>`
      )
    })
    .join('')
}

/** Ends the share of one user, as that user's DELETE does. */
export function leaveShare(collection: Collection<Member>, userId: string): void {
  collection.shares = collection.shares.filter(
    ({ principal }) => principal !== `principals/users/${userId}`,
  )
}

function principalOf(instruction: XmlElement): string | undefined {
  const href = childOf(instruction, '{DAV:}href')?.text ?? ''
  return /^principal:(principals\/(?:users|groups)\/[^/]+)\/?$/.exec(href)?.[1]
}

function exists({ state }: Instance, principal: string, owner: string): boolean {
  const [, kind, id = ''] = principal.split('/')
  if (kind === 'groups') return state.directory.groups.has(id)
  return id !== owner && state.directory.accounts.has(id)
}
