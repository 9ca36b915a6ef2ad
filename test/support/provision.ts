/** A server whose users come with tokens of an identity provider, and who connect on its pages. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Environment } from '../../src/config/config.ts'
import { signIn } from './browser.ts'
import { followHere, submit } from './connect.ts'
import { type Front, startFront } from './front.ts'
import { type Browser, grantLoginFlow, type Page } from './login-flow.ts'
import { answerOf, type Era, type OAuthHarness, startOAuth } from './oauth.ts'

/** The server under its public address, and tokens for it. */
export interface ProvisionHarness extends OAuthHarness {
  front: Front
  url: string
  /** A token of a user for this server. */
  tokenOf(user: string, claims?: Record<string, unknown>): Promise<string>
  /** Calls a tool and gives the result, whatever it is. */
  tool(
    token: string,
    name: string,
    args?: object,
    era?: Era,
    // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every shape
  ): Promise<any>
}

/** Starts it; this server registers itself at the provider. */
export async function startProvision(
  mode: 'login_flow' | 'oauth_multi_audience',
  environment: Environment = {},
): Promise<ProvisionHarness> {
  const front = await startFront()
  const h = await startOAuth(mode, {
    client: false,
    environment: {
      NEXTCLOUD_MCP_SERVER_URL: front.url,
      OIDC_CLIENT_ID: undefined,
      OIDC_CLIENT_SECRET: undefined,
      ...environment,
    },
  })
  front.lead(h.server.port)
  return {
    ...h,
    front,
    url: front.url,
    tokenOf: (user, claims = {}) =>
      h.idp.mint({ sub: user, aud: [`${front.url}/mcp`, 'nextcloud'], ...claims }),
    async tool(token, name, args = {}, era = 'legacy') {
      const { result, error } = await answerOf(await h.callWith(token, name, args, era))
      if (result === undefined) throw new Error(JSON.stringify(error))
      return result.structuredContent ?? result
    },
    async close() {
      await h.close()
      await front.close()
    },
  }
}

/** Opens a page of this server, through the provider's sign-in as `user` where it asks for that. */
export async function openAs(browser: Browser, link: string, user: string): Promise<Page> {
  let page = await browser.send('GET', link)
  for (let step = 0; step < 6; step++) {
    const next = await followHere(browser, page)
    if (next instanceof URL) {
      // Nobody is here but the provider.
      page = await browser.send('GET', await signIn(next, user))
    } else if (/name="return_to"/.test(next.body)) {
      page = await submit(browser, next)
    } else if (next.url.pathname === '/oauth/authorize-nextcloud' && next.status === 200) {
      page = await submit(browser, next, { decision: 'allow' })
    } else {
      return next
    }
  }
  throw new Error('round in circles')
}

/** Allows what a page asks for, and confirms in Nextcloud. @returns the last page */
export async function allow(
  browser: Browser,
  page: Page,
  person: { user: string; password: string },
  scopes?: readonly string[],
): Promise<Page> {
  const answer = { decision: 'allow', ...(scopes === undefined ? {} : { scopes }) }
  const decided = await followHere(browser, await submit(browser, page, answer))
  if (decided instanceof URL) throw new Error(decided.href)
  const loginUrl = /href="([^"]*\/login\/v2\/flow[^"]*)"/.exec(decided.body)?.[1]
  if (loginUrl === undefined) return decided
  await grantLoginFlow(loginUrl, person)
  const after = await followHere(browser, await browser.send('GET', decided.url))
  if (after instanceof URL) throw new Error(after.href)
  return after
}

/** A client of the current revision that opens pages for its user, and what it was asked to open. */
export async function connectEliciting(
  h: Pick<ProvisionHarness, 'server'>,
  token: string,
  visit: (url: string, message: string) => Promise<'accept' | 'decline' | 'cancel'>,
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    {
      capabilities: { elicitation: { url: {} } },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  )
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    if (params.mode !== 'url') throw new Error('not a page')
    return { action: await visit(params.url, params.message) }
  })
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(h.server.url), { requestInit: { headers } }),
  )
  return client
}
