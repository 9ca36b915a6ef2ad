/**
 * A reranker over HTTP, as Cohere made it and Infinity, Jina, vLLM and LiteLLM speak it.
 * @see https://docs.cohere.com/reference/rerank
 */
import { Agent } from 'undici'
import { z } from 'zod'
import type { Reranker, RerankScores } from './rerank.ts'

const DEFAULT_TIMEOUT_MS = 5_000
/** A score for each of a hundred texts is a few kilobytes, and some send the texts back. */
const MAX_BYTES = 4 * 1024 * 1024

const Answer = z.object({
  results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })),
})

/** Where the reranker is. */
export interface RerankEndpoint {
  /** `/rerank` is added where it does not end so. */
  readonly url: string
  readonly model: string
  readonly apiKey?: string | undefined
  /** For a whole answer. */
  readonly timeoutMs?: number
}

/** A reranker with connections of its own. */
export interface EndpointReranker extends Reranker {
  close(): Promise<void>
}

/** Connects on first use. Texts go there and nowhere else: redirects are not followed. */
export function rerankEndpoint(endpoint: RerankEndpoint): EndpointReranker {
  const { model, apiKey } = endpoint
  const timeoutMs = endpoint.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const url = new URL(endpoint.url.endsWith('/rerank') ? endpoint.url : `${endpoint.url}/rerank`)
  const agent = new Agent({ connections: 4, connect: { timeout: timeoutMs } })
  return {
    model,
    async score(query, texts, signal) {
      const limit = AbortSignal.timeout(timeoutMs)
      const answer = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({ model, query, documents: texts, top_n: texts.length }),
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      })
      if (answer.statusCode !== 200) {
        await answer.body.dump()
        throw new Error(`the reranker answered with status ${answer.statusCode}`)
      }
      return scoresOf(await read(answer.body), texts.length)
    },
    close: () => agent.close(),
  }
}

async function read(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > MAX_BYTES) throw new Error("the reranker's answer is too large")
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** @throws Error for what is no answer, names texts that are not there, or scores none */
function scoresOf(body: string, count: number): RerankScores {
  const { results } = Answer.parse(JSON.parse(body))
  const scores = new Map<number, number>()
  for (const { index, relevance_score } of results) {
    if (index >= count) throw new Error('the reranker scored a text that it was not given')
    scores.set(index, relevance_score)
  }
  if (scores.size === 0) throw new Error('the reranker scored nothing')
  return Array.from({ length: count }, (_, at) => scores.get(at))
}
