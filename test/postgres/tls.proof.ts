/** How far each sslmode looks at whom it talks to. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPostgresVault } from '../../src/vault/postgres/open.ts'
import {
  asked,
  createDatabase,
  lackingPostgres,
  type Postgres,
  startPostgres,
} from '../support/postgres.ts'
import { failure } from '../unit/vault/support.ts'
import { addressOf } from './support/addresses.ts'
import { KEY, openOn } from './support/databases.ts'

const TLS = join(import.meta.dirname, '../support/tls')
const CA = `&sslrootcert=${join(TLS, 'ca.pem')}`

describe.skipIf(lackingPostgres() !== undefined)('TLS', () => {
  let cluster: Postgres
  let url: string
  /** Under an address that the certificate does not name. */
  let elsewhere: string
  beforeAll(async () => {
    cluster = await startPostgres(
      { ssl: 'on', listen_addresses: '127.0.0.1,127.0.0.2' },
      {
        'server.crt': readFileSync(join(TLS, 'server.pem'), 'utf8'),
        'server.key': readFileSync(join(TLS, 'server.key'), 'utf8'),
      },
    )
    url = await createDatabase(cluster.port)
    elsewhere = url.replace('127.0.0.1', '127.0.0.2')
  })
  afterAll(() => cluster.stop())

  const isEncrypted = async () => {
    const rows = await asked(
      url,
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'nextcloud-mcp-server'",
    )
    return rows.map(({ ssl }) => ssl)
  }

  test.each([
    ['', [false]],
    ['?sslmode=disable', [false]],
    ['?sslmode=require', [true]],
    [`?sslmode=verify-ca${CA}`, [true]],
    [`?sslmode=verify-full${CA}`, [true]],
  ])('"%s" connects', async (parameters, encrypted) => {
    const vault = await openOn(url + parameters)
    await vault.records.put('K', 'x', {})
    expect(await isEncrypted()).toEqual(encrypted)
  })

  test('a name that the certificate has not is a matter of verify-full alone', async () => {
    await openOn(`${elsewhere}?sslmode=verify-ca${CA}`)
    const address = addressOf(`${elsewhere}?sslmode=verify-full${CA}`)
    expect(await failure(openPostgresVault({ address, keys: KEY }))).toMatchObject({
      code: 'CANNOT_OPEN',
      fix: expect.stringMatching(/the name in the certificate/),
    })
  })

  test.each(['verify-ca', 'verify-full'])('an authority that is not known ends %s', async mode => {
    const address = addressOf(`${url}?sslmode=${mode}`)
    expect(await failure(openPostgresVault({ address, keys: KEY }))).toMatchObject({
      code: 'CANNOT_OPEN',
      fix: expect.stringMatching(/sslrootcert/),
    })
  })
})
