/** The files that the program is delivered with, read. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'

export const ROOT = join(import.meta.dirname, '../../..')

/** The text of a file of the project. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The files below a folder of the project, as paths within it. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
}

/** What `npm run check:packages` says in the environment. @throws where a test runs without it */
export function given(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: use npm run check:packages`)
  return value
}

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  mcpName: z.string(),
  license: z.string(),
  engines: z.object({ node: z.string() }),
})

/** package.json, as far as others must agree with it. */
export const manifest = Manifest.parse(JSON.parse(read('package.json')))

/** A module of a package that `npm run check:packages` has fetched. */
export function fetched(name: string, path: string) {
  return import(pathToFileURL(join(given(name), path)).href)
}

/** The documents of a YAML text, merge keys resolved. @throws where it is no YAML */
export async function parseYaml(text: string): Promise<unknown[]> {
  const { parseAllDocuments } = await fetched('PACKAGES_TEST_YAML', 'dist/index.js')
  const documents: { errors: Error[]; toJS(): unknown }[] = parseAllDocuments(text, { merge: true })
  for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0]
  return documents.map(document => document.toJS()).filter(value => value !== null)
}

/** Says what a value has that a JSON schema does not allow; empty where nothing. */
export async function schemaFaults(schema: object, value: unknown): Promise<string[]> {
  const { default: module } = await fetched('PACKAGES_TEST_AJV', 'dist/ajv.js')
  const ajv = new module.default({ allErrors: true, strict: false, validateFormats: false })
  const validate = ajv.compile(schema)
  if (validate(value)) return []
  const errors: { instancePath: string; message: string }[] = validate.errors
  return errors.map(({ instancePath, message }) => `${instancePath} ${message}`)
}
