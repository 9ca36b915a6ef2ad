/** The SDK's own client, signing in as programs that use it do. */
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'

const REDIRECT = 'http://localhost:9999/callback'

/** What the client keeps between its steps. */
export interface Kept {
  /** Where it would open a browser. */
  authorization?: URL
  state?: string
  tokens?: { access_token: string; refresh_token?: string | undefined }
  [key: string]: unknown
}

/** What is different about a client. */
export interface SdkClientOptions {
  name?: string
  scope?: string
  redirect?: string
  /** Address of the document that describes it; undefined: it registers. */
  document?: string
  /** Further metadata to register with. */
  metadata?: object
}

/** A client's memory, as the SDK asks for it. */
export function clientMemory(options: SdkClientOptions = {}): {
  provider: OAuthClientProvider
  kept: Kept
} {
  const { name = 'Test client', scope, redirect = REDIRECT, document, metadata } = options
  const kept: Kept = {}
  const provider: OAuthClientProvider = {
    redirectUrl: redirect,
    ...(document === undefined ? {} : { clientMetadataUrl: document }),
    clientMetadata: {
      client_name: name,
      redirect_uris: [redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(scope === undefined ? {} : { scope }),
      ...metadata,
    },
    state() {
      kept.state = crypto.randomUUID()
      return kept.state
    },
    clientInformation: () => kept.client as never,
    saveClientInformation: client => {
      kept.client = client
    },
    tokens: () => kept.tokens as never,
    saveTokens: tokens => {
      kept.tokens = tokens
    },
    redirectToAuthorization: url => {
      kept.authorization = url
    },
    saveCodeVerifier: verifier => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier as string,
    saveDiscoveryState: state => {
      kept.discovery = state
    },
    discoveryState: () => kept.discovery as never,
  }
  return { provider, kept }
}

/** A client that knows the address of a server alone. */
export function connectSdk(url: string, authProvider: OAuthClientProvider) {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: 'legacy' } },
  )
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { authProvider })
  return { client, transport }
}
