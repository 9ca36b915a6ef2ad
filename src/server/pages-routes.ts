/** Hands requests to the pages for people, below this server's path. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { PagesRouter } from './people.ts'

/** Paths that are the pages' own. */
const PAGES = ['/app', '/app/*', '/oauth/login', '/oauth/callback', '/oauth/authorize-nextcloud']

/** Adds them, as a proxy may pass them on: with this server's sub-path or without. */
export function addPages(
  app: Hono<{ Bindings: HttpBindings }>,
  pages: () => Promise<PagesRouter>,
  base: string,
): void {
  for (const path of new Set([...PAGES, ...PAGES.map(page => base + page)])) {
    app.all(path, async c => {
      const url = new URL(c.req.url)
      if (base !== '' && url.pathname.startsWith(`${base}/`)) {
        url.pathname = url.pathname.slice(base.length)
      }
      const request = base === '' ? c.req.raw : new Request(url, c.req.raw)
      return (await pages()).fetch(request, c.env)
    })
  }
}
