/** One of two processes that load the keys at the same time; prints what it got as JSON. */
import { once } from 'node:events'
import { loadKeys } from '../../../src/authorization/keys.ts'
import { openVault } from '../../../src/vault/sqlite/open.ts'

const [path = '', keys = ''] = process.argv.slice(2)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const vault = await openVault({ path, keys })
process.stdout.write(`${JSON.stringify(await loadKeys(vault))}\n`)
await vault.close()
