/** The generated documents are those of this code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { insertBetweenMarkers } from '../../scripts/markers.ts'
import { generatedDocuments } from '../../scripts/reference.ts'

const root = join(import.meta.dirname, '../..')

test.each(await generatedDocuments())(
  '$path is up to date: npm run docs',
  ({ path, marker, text }) => {
    const written = readFileSync(join(root, path), 'utf8')
    expect(written).toBe(marker === undefined ? text : insertBetweenMarkers(written, marker, text))
  },
)
