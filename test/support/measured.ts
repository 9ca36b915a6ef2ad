/** Servers that serve metrics, with what tests of them have happen. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddingServer, startOllama } from './embedding-servers.ts'
import { type Harness, startHarness } from './harness.ts'
import { SERVER_URL } from './identity-provider.ts'
import { type OAuthHarness, startOAuth } from './oauth.ts'

/** Has them served. */
export const METRICS = { METRICS_PORT: '0' }
const ME = 'nc_users_get_current_user'

/** Of one user. */
export const plain = () => startHarness({ environment: METRICS })

/** A server with search by meaning, whose model refuses texts with the word REFUSED in them. */
export async function searching(): Promise<Harness & { model: EmbeddingServer }> {
  const folder = mkdtempSync(join(tmpdir(), 'measured-'))
  const model = await startOllama({ models: ['model'], dimension: 16, contextLength: 99_999 })
  model.plan(({ body }) =>
    JSON.stringify(body).includes('REFUSED')
      ? { status: 400, body: { error: 'no such words' } }
      : undefined,
  )
  const h = await startHarness({
    environment: {
      ...METRICS,
      ENABLE_SEMANTIC_SEARCH: 'true',
      SEARCH_INDEX_DB: join(folder, 'search.db'),
      OLLAMA_URL: model.url,
      OLLAMA_EMBEDDING_MODEL: 'model',
    },
  })
  const close = async () => {
    await h.close()
    await model.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...h, model, close }
}
/** Its search, which must be there. */
export const wiringOf = ({ composition: { search } }: Harness) => {
  if (search === undefined) throw new Error('search is off')
  return search
}
/** Arguments for a note. */
export const note = (title: string, content: string) => ({ title, content, category: '' })

/** A server that exchanges tokens. */
export const exchanging = () =>
  startOAuth('oauth_token_exchange', { client: false, environment: METRICS })
/** A token for it. */
export const mint = (h: OAuthHarness, claims = {}) =>
  h.idp.mint({ aud: `${SERVER_URL}/mcp`, ...claims })
/** Calls a tool; gives the status once all of the answer is there. */
export const me = async (h: OAuthHarness, token: string) => {
  const response = await h.callWith(token, ME)
  await response.text()
  return response.status
}
