/** The address for Nextcloud's webhooks, where there is a secret for it. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Composition } from './compose.ts'
import { createWebhookReceiver } from './webhook.ts'

/** Adds `POST /webhooks/nextcloud`. */
export function addWebhook(
  app: Hono<{ Bindings: HttpBindings }>,
  { config, search, log }: Composition,
  base: string,
): void {
  const secret = config.search?.sync.webhookSecret
  if (secret === undefined || search === undefined) return
  const receiver = createWebhookReceiver({
    secret,
    users: async () => (await search.ledger.userStates()).map(({ user }) => user),
    hint: search.sync.hint,
    onError: error => log.warn({ error: String(error) }, 'a webhook could not be passed on'),
  })
  app.all(`${base}/webhooks/nextcloud`, c => receiver.receive(c.req.raw))
}
