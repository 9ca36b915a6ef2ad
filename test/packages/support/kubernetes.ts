/** What versions of Kubernetes take, by their own OpenAPI documents, where those were fetched. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { schemaFaults } from './files.ts'

const NAME = /^kubernetes-(\d+\.\d+)\.\d+\.json$/

const Definition = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  'x-kubernetes-group-version-kind': z
    .array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))
    .default([]),
})
const Definitions = z.record(z.string(), Definition)
type Definitions = z.infer<typeof Definitions>

const Thing = z.looseObject({ apiVersion: z.string(), kind: z.string() })

/** What the documents call a string and Kubernetes takes as a number, too. */
const ALSO_NUMBERS = /\.(api\.resource\.Quantity|util\.intstr\.IntOrString)$/

/** A version of Kubernetes. */
export interface Kubernetes {
  version: string
  /** Says what a manifest has that this version does not know; empty where nothing. */
  faults(manifest: unknown): Promise<string[]>
}

/** Those that `PACKAGES_TEST_KUBERNETES` has: `kubernetes-1.27.16.json` and the like in a folder. */
export function kubernetesVersions(): Kubernetes[] {
  const folder = process.env.PACKAGES_TEST_KUBERNETES
  if (folder === undefined || !existsSync(folder)) return []
  return readdirSync(folder).flatMap(file => {
    const [, version] = NAME.exec(file) ?? []
    return version === undefined ? [] : [kubernetes(version, join(folder, file))]
  })
}

function kubernetes(version: string, file: string): Kubernetes {
  let read: Definitions | undefined
  const definitions = () => {
    read ??= z
      .object({ definitions: Definitions })
      .parse(JSON.parse(readFileSync(file, 'utf8'))).definitions
    return read
  }
  return {
    version,
    faults(manifest) {
      const { apiVersion, kind } = Thing.parse(manifest)
      const name = nameOf(definitions(), apiVersion, kind)
      if (name === undefined) return Promise.resolve([`${apiVersion} has no ${kind}`])
      return schemaFaults(strictSchema(definitions(), name), manifest)
    },
  }
}

/** The name of the definition of a kind. */
function nameOf(definitions: Definitions, apiVersion: string, kind: string): string | undefined {
  const found = Object.entries(definitions).find(([, definition]) =>
    definition['x-kubernetes-group-version-kind'].some(
      one => one.kind === kind && [one.group, one.version].filter(Boolean).join('/') === apiVersion,
    ),
  )
  return found?.[0]
}

/** A JSON schema of one definition and those it needs, which takes no other properties. */
function strictSchema(all: Definitions, name: string): object {
  const names = new Set([name])
  const definitions: Record<string, object> = {}
  for (const each of names) {
    const definition = all[each]
    if (definition === undefined) throw new Error(`${name} needs ${each}, which is not there`)
    const isClosed = definition.properties !== undefined && !('additionalProperties' in definition)
    definitions[each] = {
      ...definition,
      ...(isClosed ? { additionalProperties: false } : {}),
      ...(ALSO_NUMBERS.test(each) ? { type: ['string', 'number'] } : {}),
    }
    for (const [, needed = ''] of JSON.stringify(definition).matchAll(
      /"#\/definitions\/([^"]+)"/g,
    )) {
      names.add(needed)
    }
  }
  return { definitions, $ref: `#/definitions/${name}` }
}
