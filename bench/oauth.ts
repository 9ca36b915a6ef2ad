/**
 * What sign-in by token costs: checking tokens, and exchanging them for many users.
 * Runs alone as well: `node --experimental-strip-types bench/oauth.ts`.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { exchangedTokenAccess } from '../src/access/exchanged-token.ts'
import { createVerifier, type Verifier } from '../src/identity/verifier.ts'
import { createDiscovery } from '../src/oidc/discovery.ts'
import { exchangeToken } from '../src/oidc/exchange.ts'
import { createProviderHttp, type ProviderHttp } from '../src/oidc/http.ts'
import { createServerClients } from '../src/oidc/server-client.ts'
import { table } from './report.ts'
import { OURS, type Row } from './rows.ts'

const AUDIENCE = 'http://localhost:8000/mcp'
const CLIENT = { id: 'nextcloud-mcp-server', secret: 'secret' }
const TOKENS = 3_000
const CACHED_CALLS = 20_000
const USERS = 1_000
const CALLS_EACH = 5
const PROVIDER_DELAY_MS = 50

/** Measures the checking and the exchange of tokens. */
export async function measureOAuth(): Promise<Row[]> {
  const provider = await startProvider()
  const http = createProviderHttp()
  try {
    const place = await discover(provider, http)
    return [
      ...(await measureChecking(provider, place)),
      ...(await measureExchange(provider, place)),
    ]
  } finally {
    await provider.close()
    await http.close()
  }
}

type BenchProvider = Awaited<ReturnType<typeof startProvider>>
type Place = Awaited<ReturnType<typeof discover>>

async function measureChecking(provider: BenchProvider, place: Place): Promise<Row[]> {
  const verifier = await createBenchVerifier(provider, place)
  const tokens = await Promise.all(
    Array.from({ length: TOKENS + 1 }, (_, at) => provider.mint(`user${at}`)),
  )
  const [first = '', ...others] = tokens
  const firstMs = await timed(() => verifier.verify(first))
  const othersMs = await timed(async () => {
    for (const token of others) await verifier.verify(token)
  })
  const cachedMs = await timed(async () => {
    for (let call = 0; call < CACHED_CALLS; call++) await verifier.verify(first)
  })
  return [
    {
      name: 'first check of a token (RS256)',
      unit: 'ms',
      target: { atMost: 15 },
      values: { [OURS]: firstMs },
      remark: 'keys fetched before, code not yet compiled',
    },
    {
      name: 'tokens checked for the first time (RS256)',
      unit: 'per second',
      target: { atLeast: 3_000 },
      values: { [OURS]: (TOKENS / othersMs) * 1_000 },
      remark: 'one after the other',
    },
    {
      name: 'check of a token that was seen, 1,000 times',
      unit: 'ms',
      target: { atMost: 100 },
      values: { [OURS]: (cachedMs / CACHED_CALLS) * 1_000 },
    },
  ]
}

async function measureExchange(provider: BenchProvider, place: Place): Promise<Row[]> {
  const verifier = await createBenchVerifier(provider, place)
  const { found, client } = place
  const access = exchangedTokenAccess({
    audience: 'nextcloud',
    exchange: request => exchangeToken(found, client, request),
  })
  const tokens = await Promise.all(
    Array.from({ length: USERS }, (_, at) => provider.mint(`user${at}`)),
  )
  const call = async (token: string) => {
    const known = await verifier.verify(token)
    return access.credentialFor({ kind: 'bearer', token, ...known }, ['notes:read'])
  }
  collectGarbage()
  const idle = process.memoryUsage().rss
  provider.exchanges = 0
  for (let round = 0; round < CALLS_EACH; round++) await Promise.all(tokens.map(call))
  collectGarbage()
  await sleep(200)
  const grown = (process.memoryUsage().rss - idle) / 2 ** 20
  return [
    {
      name: `exchanges for each of ${USERS} users in 5 minutes`,
      unit: 'requests',
      target: { atMost: 1 },
      values: { [OURS]: provider.exchanges / USERS },
      remark: `${CALLS_EACH} calls each, all users at once; the provider takes ${PROVIDER_DELAY_MS} ms`,
    },
    {
      name: `memory for ${USERS} users with exchanged tokens`,
      unit: 'MB',
      target: { atMost: 60 },
      values: { [OURS]: Math.max(grown, 0) },
      remark: 'above idle; includes the provider, which runs in the same process',
    },
  ]
}

async function createBenchVerifier(
  provider: BenchProvider,
  { found, clients }: Place,
): Promise<Verifier> {
  const verifier = createVerifier({
    provider: async () => found,
    clients,
    audiences: [AUDIENCE],
    resource: AUDIENCE,
  })
  // The keys are there before the first caller in practice, too: discovery begins at start.
  await verifier.verify(await provider.mint('warm', 'unknown')).catch(() => {})
  return verifier
}

async function discover({ url }: BenchProvider, http: ProviderHttp) {
  const discovery = createDiscovery({
    url,
    http,
    nextcloudUrl: 'https://cloud.example.org',
  })
  const found = await discovery.provider()
  const clients = createServerClients({
    configured: CLIENT,
    request: {
      name: 'bench',
      redirectUris: [],
      scopes: [],
      tokenType: 'jwt',
      resourceUrl: AUDIENCE,
    },
  })
  return { found, clients, client: await clients.get(found) }
}

/** A provider that signs, and takes its time to exchange. */
async function startProvider() {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256' }]
  const sign = (claims: Record<string, unknown>, kid = 'bench') =>
    new SignJWT({ iss: url, exp: Math.floor(Date.now() / 1_000) + 3_600, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
      .sign(privateKey)
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const path = (request.url ?? '').replace(/^\/\.well-known\//, '/')
    const json = (value: unknown) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (path === '/jwks') return json({ keys })
    if (path === '/openid-configuration') return json(document())
    self.exchanges++
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const [, payload = ''] = form.get('subject_token')?.split('.') ?? []
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    await sleep(PROVIDER_DELAY_MS)
    json({
      access_token: await sign({ sub, aud: form.get('audience'), scope: form.get('scope') }),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 300,
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const document = () => ({
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  })
  const self = {
    url,
    exchanges: 0,
    mint: (sub: string, kid?: string) =>
      sign({ sub, aud: AUDIENCE, scope: 'openid notes:read', client_id: 'bench' }, kid),
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return self
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function collectGarbage(): void {
  ;(globalThis as { gc?: () => void }).gc?.()
}

if (process.argv[1] === import.meta.filename) {
  console.log(table(await measureOAuth(), [OURS]))
}
