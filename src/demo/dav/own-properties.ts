import { escapeXml } from '../xml.ts'
import type { DavCall } from './call.ts'
import type { PropertyChange } from './proppatch.ts'

/** Properties a user has given to a resource and that mean nothing to the server. */
export function ownProperty(
  { instance, identity }: DavCall,
  names: readonly string[],
  property: string,
): string | undefined {
  return instance.state.ownProperties.get(keyOf(identity.account.id, names))?.get(property)
}

/** Keeps or removes such a property; values that are elements are kept as their XML. */
export function setOwnProperty(
  { instance, identity }: DavCall,
  names: readonly string[],
  { name, value, element }: PropertyChange,
): void {
  const all = instance.state.ownProperties
  const key = keyOf(identity.account.id, names)
  const known = all.get(key) ?? new Map<string, string>()
  all.set(key, known)
  const href = element.children.find(child => child.name === '{DAV:}href')
  if (value === undefined) known.delete(name)
  else known.set(name, href ? `<d:href>${escapeXml(href.text)}</d:href>` : escapeXml(value))
}

/** Forgets the properties of something that is deleted. */
export function forgetOwnProperties(call: DavCall, names: readonly string[]): void {
  call.instance.state.ownProperties.delete(keyOf(call.identity.account.id, names))
}

function keyOf(userId: string, names: readonly string[]): string {
  return `${userId}:${names.join('/')}`
}
