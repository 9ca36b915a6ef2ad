/**
 * Servers of embeddings that refuse what the real ones refuse, in their words. Where the words are
 * from is said at each.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { listen } from './relay.ts'

/** What a server was asked. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readonly<Record<string, unknown>>
  readonly at: number
}

/** What a server answers; text is sent as it is. */
export interface Answered {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Answers in place of the server: `reset` hangs up, `silence` hears and says nothing. */
export type Plan = (asked: Asked) => Answered | 'reset' | 'silence' | undefined

/** A server that runs. */
export interface EmbeddingServer {
  readonly url: string
  readonly asked: readonly Asked[]
  /** The texts of each request for vectors. */
  inputs(): string[][]
  /** Answers in place of the server's own; undefined lets it answer itself. */
  plan(answer: Plan | undefined): void
  close(): Promise<void>
}

/** The vector of a text: never of length 1, and another one for another text. */
export function vectorOf(text: string, dimension: number): number[] {
  let seed = 7
  for (const point of text) seed = (seed * 31 + (point.codePointAt(0) ?? 0)) % 65_521
  return Array.from({ length: dimension }, (_, at) => 3 * Math.sin(seed * (at + 1)))
}

/** The same at length 1, as it should arrive. */
export function unitVectorOf(text: string, dimension: number): number[] {
  const vector = vectorOf(text, dimension)
  const length = Math.hypot(...vector)
  return vector.map(value => value / length)
}

const Input = z.union([z.string().transform(text => [text]), z.array(z.string())])

async function start(answer: (asked: Asked) => Answered): Promise<EmbeddingServer> {
  const asked: Asked[] = []
  let planned: Plan | undefined
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const one: Asked = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text)),
      at: performance.now(),
    }
    asked.push(one)
    const reply = planned?.(one) ?? answer(one)
    if (reply === 'silence') return
    if (reply === 'reset') {
      incoming.socket.destroy()
      return
    }
    const isText = typeof reply.body === 'string'
    outgoing.writeHead(reply.status, {
      'content-type': isText ? 'text/html' : 'application/json',
      ...reply.headers,
    })
    outgoing.end(isText ? reply.body : JSON.stringify(reply.body))
  }
  const { port, close } = await listen((incoming, outgoing) => void respond(incoming, outgoing))
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    inputs: () => asked.flatMap(({ body }) => ('input' in body ? [Input.parse(body.input)] : [])),
    plan: answering => {
      planned = answering
    },
    close,
  }
}

/** What an Ollama has. */
export interface OllamaState {
  models: string[]
  dimension: number
  /** Characters in place of tokens. */
  contextLength: number
}

/**
 * Ollama. `EmbedHandler`, `handleScheduleError` and `ListHandler` in ollama/server/routes.go; the
 * length in ollama#14186. It has no limit of its own on texts, only worse vectors beyond some dozens
 * (ollama#6262); here it refuses more than 16.
 */
export function startOllama(state: OllamaState): Promise<EmbeddingServer> {
  const tagged = (name: string) => (name.includes(':') ? name : `${name}:latest`)
  return start(({ method, path, body }) => {
    if (path === '/api/tags') {
      return { status: 200, body: { models: state.models.map(name => ({ name: tagged(name) })) } }
    }
    if (path !== '/api/embed' || method !== 'POST')
      return { status: 404, body: '404 page not found' }
    const { model, input, truncate, dimensions } = z
      .object({
        model: z.string(),
        input: Input,
        truncate: z.boolean().default(true),
        dimensions: z.int().default(0),
      })
      .parse(body)
    if (!state.models.some(name => tagged(name) === tagged(model))) {
      const error = `model ${JSON.stringify(model)} not found, try pulling it first`
      return { status: 404, body: { error } }
    }
    if (input.length > 16) return { status: 400, body: { error: 'batch size is invalid' } }
    if (!truncate && input.some(({ length }) => length > state.contextLength)) {
      return { status: 400, body: { error: 'the input length exceeds the context length' } }
    }
    const embeddings = input.map(text =>
      vectorOf(text.slice(0, state.contextLength), state.dimension).slice(
        0,
        dimensions || undefined,
      ),
    )
    return { status: 200, body: { model, embeddings, total_duration: 1, load_duration: 1 } }
  })
}

/** What an OpenAI is like. */
export interface OpenAIState {
  key: string
  model: string
  dimension: number
  /** Characters in place of tokens. */
  contextLength: number
}

/**
 * OpenAI. https://platform.openai.com/docs/api-reference/embeddings and /docs/guides/error-codes;
 * the words of its errors as quoted in langchain#31227, gpt-researcher#1500, autoflow#265.
 */
export function startOpenAI(state: OpenAIState): Promise<EmbeddingServer> {
  const refuse = (status: number, message: string, code: string | null): Answered => ({
    status,
    body: { error: { message, type: 'invalid_request_error', param: null, code } },
  })
  return start(({ path, headers, body }) => {
    if (path !== '/v1/embeddings') return refuse(404, `Invalid URL (POST ${path})`, null)
    if (headers.authorization !== `Bearer ${state.key}`) {
      return refuse(401, `Incorrect API key provided: ${headers.authorization}`, 'invalid_api_key')
    }
    const { model, input, encoding_format, dimensions } = z
      .object({
        model: z.string(),
        input: Input,
        encoding_format: z.enum(['float', 'base64']).default('float'),
        dimensions: z.int().optional(),
      })
      .parse(body)
    if (model !== state.model) {
      return refuse(
        404,
        `The model \`${model}\` does not exist or you do not have access to it.`,
        'model_not_found',
      )
    }
    if (input.length > 2048) {
      return refuse(
        400,
        `Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length ${input.length} instead.`,
        'array_above_max_length',
      )
    }
    if (input.includes('')) return refuse(400, "'$.input' is invalid.", null)
    const longest = Math.max(...input.map(({ length }) => length))
    if (longest > state.contextLength) {
      return refuse(
        400,
        `This model's maximum context length is ${state.contextLength} tokens, however you requested ${longest} tokens (${longest} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`,
        null,
      )
    }
    const data = input.map((text, index) => {
      const vector = vectorOf(text, state.dimension).slice(0, dimensions)
      const embedding =
        encoding_format === 'float'
          ? vector
          : Buffer.from(Float32Array.from(vector).buffer).toString('base64')
      return { object: 'embedding', index, embedding }
    })
    return {
      status: 200,
      body: { object: 'list', data, model, usage: { prompt_tokens: 1, total_tokens: 1 } },
    }
  })
}

/** What a Text Embeddings Inference was started with. */
export interface TeiState {
  model: string
  dimension: number
  maxClientBatchSize: number
  /** Characters in place of tokens. */
  maxInputLength: number
}

/**
 * Text Embeddings Inference. `openai_embed` and `get_model_info` in router/src/http/server.rs of
 * huggingface/text-embeddings-inference: the name in requests is not looked at; `ErrorType`
 * Validation is a 413, Tokenizer a 422, Backend a 424, Overloaded a 429.
 */
export function startTei(state: TeiState): Promise<EmbeddingServer> {
  const refuse = (status: number, message: string, type: string): Answered => ({
    status,
    body: { message, code: status, type },
  })
  return start(({ path, body }) => {
    if (path === '/info') return { status: 200, body: { model_id: state.model } }
    if (path !== '/embeddings') return { status: 404, body: '' }
    const input = Input.parse(body.input)
    if (input.length > state.maxClientBatchSize) {
      return refuse(
        413,
        `batch size ${input.length} > maximum allowed batch size ${state.maxClientBatchSize}`,
        'Validation',
      )
    }
    const long = input.find(({ length }) => length >= state.maxInputLength)
    if (long !== undefined) {
      return refuse(
        413,
        `Input validation error: \`inputs\` must have less than ${state.maxInputLength} tokens. Given: ${long.length}`,
        'Validation',
      )
    }
    const data = input.map((text, index) => ({
      object: 'embedding',
      embedding: vectorOf(text, state.dimension),
      index,
    }))
    return { status: 200, body: { object: 'list', data, model: state.model } }
  })
}

/**
 * Infinity. `_embeddings` and `_resolve_engine` in infinity_emb/infinity_server.py; its limits in
 * fastapi_schemas/pymodels.py, which FastAPI refuses with a 422 and `detail`.
 */
export function startInfinity(state: {
  models: string[]
  dimension: number
}): Promise<EmbeddingServer> {
  return start(({ path, body }) => {
    if (path !== '/embeddings') return { status: 404, body: { detail: 'Not Found' } }
    const { model, input } = z
      .object({ model: z.string().default('default/not-specified'), input: Input })
      .parse(body)
    const isKnown = state.models.includes(model) || model === 'default/not-specified'
    if (!isKnown) {
      const message = `Invalid model: Engine for model name \`${model}\` not found. Available model names are ${state.models}`
      return { status: 400, body: { error: { message, type: null, param: null, code: 400 } } }
    }
    const long = input.findIndex(({ length }) => length > 122_880)
    if (input.length > 2048 || long >= 0) {
      const msg =
        long >= 0
          ? 'String should have at most 122880 characters'
          : `List should have at most 2048 items after validation, not ${input.length}`
      const detail = [{ type: 'too_long', loc: ['body', 'input'], msg, input }]
      return { status: 422, body: { detail } }
    }
    const data = input.map((text, index) => ({
      object: 'embedding',
      embedding: vectorOf(text, state.dimension),
      index,
    }))
    return { status: 200, body: { object: 'list', data, model, usage: { prompt_tokens: 1 } } }
  })
}
