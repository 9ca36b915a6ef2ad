/** What clients read to find out where to sign in and for what (RFC 9728). */
import {
  buildOAuthProtectedResourceMetadata,
  getOAuthProtectedResourceMetadataUrl,
} from '@modelcontextprotocol/server'
import type { Provider } from '../oidc/provider.ts'

/** This server as a protected resource. */
export interface ProtectedResource {
  /** Its identifier, the address of the endpoint: `https://mcp.example.org/mcp`. */
  readonly resource: string
  /** Values by which a token may name it as its audience. */
  readonly audiences: readonly string[]
  /** Address of its metadata. */
  readonly metadataUrl: string
  /** Paths at which the metadata is looked for. */
  readonly metadataPaths: readonly string[]
  /** The document (RFC 9728 2). */
  metadata(provider: Provider): object
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * @param serverUrl public address of this server without `/mcp`, in a sub-path or not
 * @param scopes what clients are told to ask for first; not all there is
 */
export function protectedResource(
  serverUrl: string,
  name: string,
  scopes: readonly string[],
): ProtectedResource {
  const resource = `${serverUrl}/mcp`
  const base = new URL(serverUrl).pathname.replace(/\/+$/, '')
  return {
    resource,
    audiences: [serverUrl, resource].flatMap(url => [url, `${url}/`]),
    metadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource)),
    // A proxy in front of a sub-path may cut it off, pass it on, or know the root only.
    metadataPaths: [
      ...new Set(
        ['', '/mcp', base, `${base}/mcp`]
          .map(path => WELL_KNOWN + path)
          .concat([`${base}${WELL_KNOWN}`, `${base}${WELL_KNOWN}/mcp`]),
      ),
    ],
    metadata: ({ issuer, metadata }) => ({
      ...buildOAuthProtectedResourceMetadata({
        oauthMetadata: {
          ...metadata,
          issuer,
          authorization_endpoint: metadata.authorization_endpoint ?? issuer,
          token_endpoint: metadata.token_endpoint ?? issuer,
          response_types_supported: metadata.response_types_supported ?? ['code'],
        },
        resourceServerUrl: new URL(resource),
        scopesSupported: [...scopes],
        resourceName: name,
        // Whether http will do is the operator's choice, made with the address.
        dangerouslyAllowInsecureIssuerUrl: true,
      }),
      bearer_methods_supported: ['header'],
    }),
  }
}
