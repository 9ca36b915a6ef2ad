/** What a resource is: something a client can read by URI. */
import type { Scope } from '../identity/scopes.ts'
import type { ToolContext } from './tool.ts'

/** The content of a resource: a value sent as JSON, or bytes with their media type. */
export type ResourceBody =
  | { readonly json: unknown }
  | { readonly bytes: Buffer; readonly mimeType: string }

/** A resource with a fixed URI, or a family of them with `{variables}` in the URI (RFC 6570, level 1). */
export interface Resource {
  /** `notes://settings`, or a template such as `nc://Notes/{note_id}`. */
  uri: string
  name: string
  title: string
  description: string
  mimeType?: string
  scopes: readonly Scope[]
  /** True where it holds what others than the caller may have written; see `Tool.untrusted`. */
  untrusted?: boolean
  /** @param variables decoded values of the template's variables */
  read(context: ToolContext, variables: Readonly<Record<string, string>>): Promise<ResourceBody>
}

/** Whether the URI has variables. */
export function isTemplate(resource: Resource): boolean {
  return resource.uri.includes('{')
}

/** The values of a template's variables in `uri`, each one path segment; undefined: no match. */
export function matchTemplate(
  template: string,
  uri: string,
): Readonly<Record<string, string>> | undefined {
  const names: string[] = []
  const pattern = template.replace(/\{(\w+)\}|[^{]+/g, (part, name: string | undefined) => {
    if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    names.push(name)
    return '([^/?#]+)'
  })
  const values = new RegExp(`^${pattern}$`).exec(uri)?.slice(1)
  if (values === undefined) return undefined
  try {
    return Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at] ?? '')]))
  } catch {
    return undefined
  }
}
