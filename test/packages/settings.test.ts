/** Whatever is named like a setting where the program is deployed is one. */
import { expect, test } from 'vitest'
import { SETTINGS } from '../../src/config/schema.ts'
import { filesBelow, read } from './support/files.ts'

/** Variables of the programs beside this one, and of those that run it. */
const OF_OTHERS =
  /^(KC|POSTGRES|QDRANT_|CADDY|TRIAL|SERVER|NODE|XDG)_|^(PGDATA|QDRANT_INIT_FILE_PATH|OLLAMA_HOST|SQLITE_DATABASE|CREDENTIALS_DIRECTORY|BUILDPLATFORM|CAP_\w+|AF_\w+|NET_BIND_SERVICE|HEALTHCHECK|STOPSIGNAL|NEXTCLOUD_(ADMIN_USER|ADMIN_PASSWORD|TRUSTED_DOMAINS|MCP_TEST_USERS))$/

const FILES = [
  'Dockerfile',
  'server.json',
  'docs/install.md',
  ...filesBelow('deploy').filter(file => !file.startsWith('deploy/keycloak/')),
]

/** Words in capitals with an underscore, as variables are. */
const namesIn = (file: string) => [
  ...new Set(read(file).match(/(?<![\w%])[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9](?!\w)/g) ?? []),
]

test.each(FILES)('%s names settings that there are', file => {
  const unknown = namesIn(file).filter(name => !(name in SETTINGS) && !OF_OTHERS.test(name))
  expect(unknown).toEqual([])
})

test('the names are really found', () => {
  expect(namesIn('deploy/compose/compose.yaml')).toContain('MCP_DEPLOYMENT_MODE')
  expect(namesIn('deploy/compose/example.env')).toContain('NEXTCLOUD_USERNAME')
  expect(namesIn('deploy/helm/nextcloud-mcp-server/values.schema.json')).toContain('MCP_ROLE')
})
