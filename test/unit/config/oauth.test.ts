import { describe, expect, test } from 'vitest'
import { ConfigError, type Environment, loadConfig } from '../../../src/config/config.ts'

const HOST = { NEXTCLOUD_HOST: 'https://cloud.example.org' }
const USER = { NEXTCLOUD_USERNAME: 'alice', NEXTCLOUD_PASSWORD: 'secret' }
const STORAGE = { TOKEN_STORAGE_DB: '/tmp/tokens.db', TOKEN_ENCRYPTION_KEY: 'key' }
const PROVIDER = { OIDC_DISCOVERY_URL: 'https://id.example.org/realms/main' }

const problems = (environment: Environment): Record<string, string> => {
  try {
    loadConfig(environment)
    return {}
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]))
  }
}
const oauthOf = (environment: Environment) => {
  const { deployment } = loadConfig({ ...HOST, ...environment })
  if (!('oauth' in deployment)) throw new Error(deployment.mode)
  return deployment.oauth
}

describe('the mode that is meant', () => {
  test.each([
    ['single_user_basic', USER],
    ['single_user_basic', { ...USER, ENABLE_TOKEN_EXCHANGE: 'true' }],
    ['oauth_token_exchange', { ENABLE_TOKEN_EXCHANGE: 'true' }],
    ['login_flow', { ...PROVIDER, ...STORAGE }],
    ['login_flow', {}],
    ['oauth_multi_audience', { MCP_DEPLOYMENT_MODE: 'oauth_multi_audience' }],
  ])('%s', (mode, environment) => {
    expect(loadConfig({ ...HOST, ...environment }).deployment.mode).toBe(mode)
  })

  test('nothing but Nextcloud: people sign in with it, and what must be kept is kept', () => {
    const { deployment, storage } = loadConfig({ ...HOST, XDG_DATA_HOME: '/data' })
    expect(deployment).toMatchObject({ mode: 'login_flow', oauth: { server: 'builtin' } })
    expect(storage).toEqual({
      kind: 'sqlite',
      path: '/data/nextcloud-mcp-server/tokens.db',
      keys: undefined,
    })
    expect(loadConfig({ ...HOST, TOKEN_STORAGE_DB: '/x.db' }).storage).toMatchObject({
      path: '/x.db',
    })
  })

  test.each([
    ['external', PROVIDER],
    ['builtin', { ...PROVIDER, MCP_AUTHORIZATION_SERVER: 'builtin' }],
    ['external', { MCP_AUTHORIZATION_SERVER: 'external' }],
    ['external', { MCP_DEPLOYMENT_MODE: 'oauth_multi_audience' }],
  ])('tokens are issued by: %s with %j', (server, environment) => {
    expect(oauthOf({ ...STORAGE, ...environment }).server).toBe(server)
  })

  test('on stdio there is nobody to sign in', () => {
    expect(problems({ ...HOST, MCP_TRANSPORT: 'stdio' })).toEqual({
      MCP_TRANSPORT: expect.stringMatching(/NEXTCLOUD_USERNAME/),
    })
  })

  test.each([
    ['ENABLE_TOKEN_EXCHANGE', { ...USER, ENABLE_TOKEN_EXCHANGE: 'yes' }],
    ['ENABLE_OFFLINE_ACCESS', { ...USER, ENABLE_OFFLINE_ACCESS: 'yes' }],
    ['ALLOWED_MCP_CLIENTS', { ...PROVIDER, ...STORAGE, ALLOWED_MCP_CLIENTS: 'claude.ai' }],
    ['OIDC_DISCOVERY_URL', { ...PROVIDER, MCP_AUTHORIZATION_SERVER: 'builtin' }],
  ])('%s has no effect here, which is said', (name, environment) => {
    const { warnings } = loadConfig({ ...HOST, ...environment })
    expect(warnings).toEqual([expect.stringMatching(`${name} has no effect`)])
  })
})

describe('all problems at once', () => {
  test('login_flow at a provider without storage', () => {
    expect(problems({ ...HOST, ...PROVIDER, MCP_DEPLOYMENT_MODE: 'login_flow' })).toEqual({
      TOKEN_STORAGE_DB: expect.stringMatching(/is missing/),
      TOKEN_ENCRYPTION_KEY: expect.stringMatching(/keygen/),
    })
  })

  test('an authorization server whose tokens Nextcloud would not know', () => {
    const wrong = {
      MCP_DEPLOYMENT_MODE: 'oauth_multi_audience',
      MCP_AUTHORIZATION_SERVER: 'builtin',
    }
    expect(problems({ ...HOST, ...wrong })).toEqual({
      MCP_AUTHORIZATION_SERVER: expect.stringMatching(/login_flow.*OIDC_DISCOVERY_URL/),
    })
  })

  test('half of a storage, of a client, and a client said twice', () => {
    const mode = { ...HOST, MCP_DEPLOYMENT_MODE: 'oauth_token_exchange' }
    expect(problems({ ...mode, TOKEN_STORAGE_DB: '/tmp/x' })).toHaveProperty('TOKEN_ENCRYPTION_KEY')
    expect(problems({ ...mode, TOKEN_ENCRYPTION_KEY: 'x' })).toHaveProperty('TOKEN_STORAGE_DB')
    expect(problems({ ...mode, OIDC_CLIENT_SECRET: 'x' })).toHaveProperty('OIDC_CLIENT_ID')
    expect(
      problems({ ...mode, OIDC_CLIENT_ID: 'a', NEXTCLOUD_OIDC_CLIENT_ID: 'b' }),
    ).toHaveProperty('OIDC_CLIENT_ID')
  })

  test('tokens on stdio, and a public server without a name', () => {
    expect(
      problems({
        ...HOST,
        MCP_DEPLOYMENT_MODE: 'oauth_multi_audience',
        MCP_TRANSPORT: 'stdio',
        MCP_HOST: '0.0.0.0',
      }),
    ).toEqual({
      MCP_TRANSPORT: expect.stringMatching(/HTTP/),
      NEXTCLOUD_MCP_SERVER_URL: expect.stringMatching(/mcp\.example\.org/),
    })
  })
})

describe('what is made of the settings', () => {
  const mode = { MCP_DEPLOYMENT_MODE: 'oauth_token_exchange' }

  test("defaults: Nextcloud's own provider, loopback, a client to be registered", () => {
    expect(oauthOf(mode)).toEqual({
      server: 'external',
      serverUrl: 'http://localhost:8000',
      discoveryUrl: 'https://cloud.example.org/index.php/.well-known/openid-configuration',
      publicIssuer: undefined,
      jwksUri: undefined,
      client: undefined,
      tokenType: 'jwt',
      scopes: undefined,
      nextcloudAudiences: ['https://cloud.example.org', 'nextcloud'],
      exchangeAudience: 'nextcloud',
      userinfoFallback: false,
      allowedClients: undefined,
      background: { enabled: false, grantable: false },
    })
  })

  test('everything set, with the names of the Python server', () => {
    expect(
      oauthOf({
        ...mode,
        NEXTCLOUD_MCP_SERVER_URL: 'https://mcp.example.org/mcp/',
        OIDC_DISCOVERY_URL: 'https://id.example.org/.well-known/openid-configuration',
        NEXTCLOUD_PUBLIC_ISSUER_URL: 'https://login.example.org',
        OIDC_JWKS_URI: 'http://keys:8080/jwks',
        NEXTCLOUD_OIDC_CLIENT_ID: 'mcp',
        NEXTCLOUD_OIDC_CLIENT_SECRET: 'secret',
        NEXTCLOUD_OIDC_TOKEN_TYPE: 'Bearer',
        NEXTCLOUD_OIDC_SCOPES: 'openid notes:read  notes:write',
        NEXTCLOUD_RESOURCE_URI: 'urn:nextcloud',
        OIDC_USERINFO_FALLBACK: 'true',
        ENABLE_OFFLINE_ACCESS: 'true',
        ENABLE_PROGRESSIVE_CONSENT: 'false',
      }),
    ).toEqual({
      server: 'external',
      serverUrl: 'https://mcp.example.org',
      discoveryUrl: 'https://id.example.org/.well-known/openid-configuration',
      publicIssuer: 'https://login.example.org',
      jwksUri: 'http://keys:8080/jwks',
      client: { id: 'mcp', secret: 'secret' },
      tokenType: 'opaque',
      scopes: ['openid', 'notes:read', 'notes:write'],
      nextcloudAudiences: ['urn:nextcloud', 'https://cloud.example.org', 'nextcloud'],
      exchangeAudience: 'urn:nextcloud',
      userinfoFallback: true,
      allowedClients: undefined,
      background: { enabled: true, grantable: false },
    })
  })

  test('what is risky is said', () => {
    const { warnings } = loadConfig({
      ...HOST,
      ...mode,
      NEXTCLOUD_MCP_SERVER_URL: 'http://mcp.lan',
      OIDC_DISCOVERY_URL: 'http://id.lan',
      OIDC_CLIENT_ID: 'mcp',
      OIDC_USERINFO_FALLBACK: 'true',
    })
    expect(warnings).toEqual([
      expect.stringMatching(/NEXTCLOUD_MCP_SERVER_URL uses http/),
      expect.stringMatching(/OIDC_DISCOVERY_URL uses http/),
      expect.stringMatching(/any client of the provider/),
    ])
    expect(loadConfig({ ...HOST, ...mode }).warnings).toEqual([
      expect.stringMatching(/registers itself anew/),
      expect.stringMatching(/does not exchange tokens/),
    ])
  })

  test.each(['openid "notes:read"', 'a\\b', 'ä'])('scopes %j are refused', scopes => {
    expect(problems({ ...HOST, ...mode, NEXTCLOUD_OIDC_SCOPES: scopes })).toHaveProperty(
      'NEXTCLOUD_OIDC_SCOPES',
    )
  })
})
