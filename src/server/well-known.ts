/** Serves what tells clients where to sign in (RFC 9728). Public, like the address of a door. */
import type { Env, Hono } from 'hono'
import { cors } from 'hono/cors'
import { isProviderError } from '../oidc/errors.ts'
import type { OAuthDeployment } from './deployment.ts'

/** Adds the routes of the protected resource's metadata. */
export function addMetadataRoutes<E extends Env>(
  app: Hono<E>,
  { discovery, resource }: OAuthDeployment,
): void {
  for (const path of resource.metadataPaths) {
    app.use(path, cors({ origin: '*', allowMethods: ['GET'], maxAge: 600 }))
    app.get(path, async c => {
      try {
        const provider = await discovery.provider()
        c.header('cache-control', 'public, max-age=300')
        return c.json(resource.metadata(provider))
      } catch (error) {
        if (!isProviderError(error)) throw error
        const seconds = Math.ceil((error.details.retryAfterMs ?? 5_000) / 1_000)
        return c.json({ error: 'temporarily_unavailable', error_description: error.message }, 503, {
          'retry-after': String(seconds),
          'cache-control': 'no-store',
        })
      }
    })
  }
}
