/** Writes to a vault until it is killed, and prints each write once it has been acknowledged. */
import { writeSync } from 'node:fs'
import { openVault } from '../../src/vault/sqlite/open.ts'

const [path = '', keys = '', round = ''] = process.argv.slice(2)
/** At once and not through a buffer, which a kill would take along. */
const print = (line: string) => writeSync(1, `${line}\n`)

print('started')
const vault = await openVault({ path, keys })
print('opened')
if ((await vault.refreshTokens.get('alice')) === undefined) {
  await vault.refreshTokens.put({ userId: 'alice', token: 'first' })
  print('token first')
}
for (let at = 0; ; at++) {
  const id = `${round}-${at}`
  await vault.records.put('crash', id, { id, filling: 'x'.repeat(at % 700) })
  print(`record ${id}`)
  const current = await vault.refreshTokens.get('alice')
  await vault.refreshTokens.replace('alice', current?.token ?? '', { token: id })
  print(`token ${id}`)
}
