/** The configured storage, opened as `run` does. */
import { expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'
import { openStorage } from '../../src/server/storage.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { generateKey } from '../../src/vault/fernet.ts'
import { PASSWORD } from '../support/postgres.ts'
import { freshDatabase, KEY, onPostgres } from './support/databases.ts'

const open = (DATABASE_URL: string, TOKEN_ENCRYPTION_KEY: string) => {
  const config = loadConfig({
    NEXTCLOUD_HOST: 'https://cloud.example.org',
    NEXTCLOUD_MCP_SERVER_URL: 'https://mcp.example.org',
    DATABASE_URL,
    TOKEN_ENCRYPTION_KEY,
  })
  return openStorage(config, { log: createLog({ level: 'silent', format: 'json' }) })
}

onPostgres('DATABASE_URL', () => {
  test('is where things are kept', async () => {
    const url = await freshDatabase()
    const vault = await open(url, KEY)
    await vault?.records.put('K', 'x', { at: 1 })
    await vault?.close()
    const again = await open(url, KEY)
    expect((await again?.records.get('K', 'x'))?.payload).toEqual({ at: 1 })
    await again?.close()
  })

  test('or its key is named where it does not open, and its password is not', async () => {
    const url = await freshDatabase()
    await (await open(url, KEY))?.close()
    for (const [place, key, name] of [
      [`${url}_none`, KEY, 'DATABASE_URL'],
      [url, generateKey(), 'TOKEN_ENCRYPTION_KEY'],
    ] as const) {
      const error = await open(place, key).catch((thrown: unknown) => thrown)
      if (!(error instanceof ConfigError)) throw error
      expect(error.problems.map(problem => problem.name)).toEqual([name])
      expect(error.message).not.toContain(PASSWORD)
    }
  })
})
