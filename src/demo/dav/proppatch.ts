import type { Reply } from '../http.ts'
import type { View } from '../shares/mounts.ts'
import { may } from '../shares/store.ts'
import { setFavorite, setModified } from '../storage/changes.ts'
import type { XmlElement } from '../xml.ts'
import { bodyXml, type DavCall, hrefOf } from './call.ts'
import { DavError } from './errors.ts'
import { isProtected } from './file-properties.ts'
import { rights } from './locate.ts'
import { multistatus, ns, type PropStat, roomOf } from './multistatus.ts'
import { multistatusReply } from './propfind.ts'

/** One change of a PROPPATCH; without value the property is to be removed. */
export interface PropertyChange {
  name: string
  value: string | undefined
  element: XmlElement
}

/** Applies a change; `undefined` when the property cannot be changed. */
export type Apply = (change: PropertyChange) => (() => void) | undefined

/** Answers PROPPATCH on a file or folder: favourite, time, and properties of the client's own. */
export function proppatchFile(call: DavCall, view: View): Reply {
  const { node, mount } = view
  const { storage, shares } = call.instance.state
  const star = `${call.identity.account.id}:${node.id}`
  return proppatch(call, hrefOf(call, call.names, node.kind === 'folder'), ({ name, value }) => {
    switch (name) {
      case `{${ns.oc}}favorite`:
        return () => {
          const starred = value === '1' || value === 'true'
          if (mount === undefined) setFavorite(storage, node, starred)
          else if (starred) shares.stars.add(star)
          else shares.stars.delete(star)
        }
      case `{${ns.d}}lastmodified`:
      case `{${ns.d}}getlastmodified`: {
        const time = Number(value ?? '')
        const allowed = (rights(call, view) & may.update) !== 0 && Number.isInteger(time)
        return allowed ? () => setModified(storage, node, time) : undefined
      }
    }
    if (isProtected(name)) return undefined
    return () => {
      if (value === undefined) node.properties.delete(name)
      else node.properties.set(name, value)
    }
  })
}

/** Answers PROPPATCH: all changes are made, or none (RFC 4918 9.2). */
export function proppatch(call: DavCall, href: string, apply: Apply): Reply {
  const body = bodyXml(call)
  if (body?.name !== `{${ns.d}}propertyupdate`) {
    throw new DavError('BadRequest', 'Expected a propertyupdate document')
  }
  const changes = changesOf(body)
  const actions = changes.map(change => ({ ...change, run: apply(change) }))
  const refused = actions.filter(({ run }) => run === undefined)
  if (refused.length === 0) for (const { run } of actions) run?.()
  const others = actions.filter(action => !refused.includes(action))
  const stat = (status: PropStat['status'], changed: PropertyChange[]): PropStat => ({
    status,
    properties: changed.map(({ name }) => [name, '']),
  })
  const propstats =
    refused.length > 0
      ? [stat('403 Forbidden', refused), stat('424 Failed Dependency', others)]
      : [
          stat(
            '200 OK',
            others.filter(({ value }) => value !== undefined),
          ),
          stat(
            '204 No Content',
            others.filter(({ value }) => value === undefined),
          ),
        ]
  const shown = propstats.filter(({ properties }) => properties.length > 0)
  // What sabre/dav says of a request that changes nothing.
  if (shown.length === 0) shown.push(stat("418 I'm a teapot", []))
  const xml = multistatus([{ href, propstats: shown }], { room: roomOf(call.names) })
  return multistatusReply(xml, { Vary: 'Brief,Prefer' })
}

function changesOf(update: XmlElement): PropertyChange[] {
  return update.children.flatMap(instruction =>
    instruction.children.flatMap(prop =>
      prop.children.map(element => ({
        name: element.name,
        value: instruction.name === `{${ns.d}}set` ? element.text : undefined,
        element,
      })),
    ),
  )
}
