/** Writes to a search index until it is killed, and prints each write once it was acknowledged. */
import { writeSync } from 'node:fs'
import { searchDatabase } from '../../src/search/sqlite/client.ts'
import { sqliteIndex } from '../../src/search/sqlite/index.ts'
import { chunksOf, DIMENSION, documentOf, signs } from '../unit/search/samples.ts'

const [path = '', round = '', count = 'Infinity'] = process.argv.slice(2)
/** At once and not through a buffer, which a kill would take along. */
const print = (line: string) => writeSync(1, `${line}\n`)

print('started')
const index = sqliteIndex(searchDatabase({ path }))
const { id } = await index.open({ model: 'sample', dimension: DIMENSION, chunker: 'v1' })
print('opened')
for (let at = 0; at < Number(count); at++) {
  const user = at % 3 === 0 ? `user-${round}` : 'alice'
  const document = documentOf(`${round}-${at}`, { title: `Title ${at}` })
  const texts = Array.from({ length: 1 + (at % 4) }, (_, part) => `word${at} part${part} ${round}`)
  const vectors = texts.map((_, part) => signs(at * 4 + part))
  await index.put(id, user, document, chunksOf(texts, vectors))
  print(`put ${user} ${document.id} ${texts.length}`)
  // What is there is replaced and removed as well.
  if (at % 5 === 4) {
    await index.put(id, user, document, chunksOf(texts.slice(0, 1)))
    print(`put ${user} ${document.id} 1`)
  }
  if (at % 7 === 6) {
    await index.remove(user, [document])
    print(`gone ${user} ${document.id}`)
  }
}
await index.close()
