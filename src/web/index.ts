/** The pages for people, on one router. */
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { addAccessPages } from './access.ts'
import { addAccountPages } from './account.ts'
import { assetAt } from './assets.ts'
import { addConnectPages } from './connect.ts'
import { assetHeaders } from './headers.ts'
import { addLoginPages } from './login-pages.ts'
import { fault, type Pages } from './pages.ts'
import { addProviderRoutes, type ProviderRoutes } from './provider.ts'
import { addSearchPages } from './search.ts'

export { accessPath } from './access.ts'
export { connectPath } from './connect.ts'
export type { Pages, SearchPages } from './pages.ts'
export { authorizeNextcloudPath, type ProviderClient, type ProviderPurpose } from './provider.ts'

/** Everything below `/app`, and with a provider what leads there and back. */
export function createPages(
  pages: Pages,
  provider?: ProviderRoutes,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/app/assets/*', c => {
    const asset = assetAt(c.req.path)
    if (asset === undefined) return c.notFound()
    return c.body(asset.body, 200, assetHeaders(asset.contentType))
  })
  addConnectPages(app, pages)
  addLoginPages(app, pages)
  addAccountPages(app, pages)
  addAccessPages(app, pages)
  addSearchPages(app, pages)
  if (provider !== undefined) addProviderRoutes(app, pages, provider)
  app.all('/app/*', async c => fault(c, await pages.browsers.visitor(c), 'not-found'))
  app.onError(async (error, c) => {
    pages.log.error({ error: error.stack }, 'a page failed')
    return fault(c, await pages.browsers.visitor(c), 'internal')
  })
  return app
}
