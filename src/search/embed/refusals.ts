/** What a server's refusal means, in words of ours: never an address, a key or a text. */
import { retryAfterMs } from '../../nextcloud/retry.ts'
import { OverLimitError } from './backend.ts'
import { EmbeddingError } from './embedder.ts'

/** A server as people know it. */
export interface ServerName {
  /** As it begins a sentence. */
  readonly name: string
  /** The settings that say where it is and how it knows us. */
  readonly urlSetting: string
  readonly keySetting: string | undefined
  readonly modelSetting: string
  /** What to do where it lacks the model. */
  readonly missingModel: string
}

/** An answer that is no success. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Words of servers about too many texts: TEI, OpenAI, Infinity (pydantic), others. */
const TOO_MANY = /batch size \d+ >|array too long|at most \d+ items|batch size is invalid|too many/i
/** The same about too long ones: Ollama, OpenAI, TEI, Infinity, llama.cpp. */
const TOO_LONG =
  /context length|tokens per request|less than \d+ tokens|at most \d+ characters|too (large|long)/i
/** About the model: Infinity says it with a 400. */
const NO_MODEL = /invalid model|model.{0,80}(not found|does not exist)|model_not_found/i
const SPENT = /insufficient_quota|exceeded your current quota/i

/** The error that a refusal stands for. */
export function errorOfRefusal(refusal: Refusal, server: ServerName): EmbeddingError {
  const { status, body } = refusal
  const { name, urlSetting, keySetting, modelSetting, missingModel } = server
  const said = words(body)
  if (status === 401 || status === 403) {
    // Some repeat the key here, or a part of it.
    return new EmbeddingError('REFUSED', `${name} does not let us in (HTTP ${status})`, {
      status,
      hint: keySetting === undefined ? `Check ${urlSetting}.` : `Check ${keySetting}.`,
    })
  }
  if (status === 429 && SPENT.test(body)) {
    return new EmbeddingError('REFUSED', `${name} says that the quota is used up`, {
      status,
      hint: 'Raise the limit of the account, or use another source of vectors.',
    })
  }
  if (status === 413 || ([400, 422, 500].includes(status) && /./.test(sizeWords(body)))) {
    const tooMuch = TOO_MANY.test(body) ? 'texts' : 'characters'
    return new OverLimitError(tooMuch, `${name} finds the request too large${said}`, status)
  }
  if (status < 500 && NO_MODEL.test(body)) {
    return new EmbeddingError('MODEL_MISSING', `${name} has no such model${said}`, {
      status,
      hint: missingModel,
    })
  }
  if (isPassing(status)) {
    const wait = retryAfterMs(refusal)
    return new EmbeddingError('UNREACHABLE', `${busyWords(name, status)}${said}`, {
      status,
      retryable: true,
      retryAfterMs: wait,
      hint: wait === undefined ? undefined : `It asks to be left alone for ${seconds(wait)} s.`,
    })
  }
  const hint =
    status >= 300 && status < 400
      ? `Set ${urlSetting} to the address it redirects to.`
      : status === 404 || status === 405
        ? `Check ${urlSetting}, its path included (often /v1).`
        : `Check ${modelSetting}: it may be no embedding model.`
  return new EmbeddingError('REFUSED', `${name} refused the request (HTTP ${status})${said}`, {
    status,
    hint,
  })
}

/** Timeouts, early data, rate limits, a failed inference (TEI), and failures of the server. */
function isPassing(status: number): boolean {
  return [408, 424, 425, 429].includes(status) || (status >= 500 && status !== 501)
}

function busyWords(name: string, status: number): string {
  return status === 429 ? `${name} gets too many requests` : `${name} failed (HTTP ${status})`
}

function sizeWords(body: string): string {
  return TOO_MANY.exec(body)?.[0] ?? TOO_LONG.exec(body)?.[0] ?? ''
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000)
}

/** The server's own words in one short line; what may be an address or a key is left out. */
function words(body: string): string {
  const message = messageIn(body)
  if (message === undefined) return ''
  const line = message
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\bhttps?:\/\/\S+/g, '…')
    .replace(/\b(sk-)?[\w.~+/=*-]{32,}/g, '…')
    .trim()
  return line === '' ? '' : `: ${line.length > 200 ? `${line.slice(0, 200)}…` : line}`
}

/** OpenAI `error.message`, Ollama and TEI `error`, TEI's OpenAI route `message`, FastAPI `detail`. */
function messageIn(body: string): string | undefined {
  const answer = parsed(body)
  const { error, message, detail } = recordOf(answer)
  const [first] = Array.isArray(detail) ? detail : []
  return [recordOf(error).message, error, message, recordOf(first).msg, detail].find(
    said => typeof said === 'string',
  )
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
