/** Writes the generated documents: `npm run docs`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { insertBetweenMarkers } from './markers.ts'
import { generatedDocuments } from './reference.ts'

const root = join(import.meta.dirname, '..')

for (const { path, marker, text } of await generatedDocuments()) {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  const written =
    marker === undefined ? text : insertBetweenMarkers(readFileSync(file, 'utf8'), marker, text)
  writeFileSync(file, written)
  process.stdout.write(`${path}\n`)
}
