/** From what a tool returns to what a client gets. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { CodedError } from '../nextcloud/errors.ts'
import { isPassing } from '../vault/errors.ts'

const BLOCKS = Symbol('content blocks')

/** A result with content of its own (an image, a link) beside or instead of JSON. */
export interface ContentResult<T extends object = object> {
  readonly [BLOCKS]: readonly ContentBlock[]
  readonly structured?: T
}

/** Content blocks as a tool's result, after the JSON of `structured`. */
export function content<T extends object = never>(
  blocks: readonly ContentBlock[],
  structured?: T,
): ContentResult<T> {
  return structured === undefined ? { [BLOCKS]: blocks } : { [BLOCKS]: blocks, structured }
}

const VISIT = Symbol('visit')

/** A page that the user should open; see {@link inBrowser}. */
export interface Visit {
  /** For the user's own browser. */
  readonly url: string
  /** For the user: why. */
  readonly message: string
}

/** A result that goes with a page to open. */
export interface VisitResult<T extends object = object> {
  readonly [VISIT]: Visit
  readonly result: T
}

/**
 * Has the user open a page, where the client can ask for that; other clients get `result`, which
 * must name the address too.
 */
export function inBrowser<T extends object>(visit: Visit, result: T): VisitResult<T> {
  return { [VISIT]: visit, result }
}

/** The page that goes with a result or an error. */
export function visitOf(outcome: unknown): Visit | undefined {
  if (typeof outcome === 'object' && outcome !== null && VISIT in outcome) {
    return (outcome as VisitResult)[VISIT]
  }
  const url = outcome instanceof CodedError ? outcome.details.url : undefined
  return url === undefined ? undefined : { url, message: (outcome as CodedError).message }
}

/** The key, in results and in `_meta` of resources, that tells data from instructions. */
export const UNTRUSTED = { untrusted_content: true } as const

/**
 * Structured content, and the same JSON in one text block for clients that read only text.
 * @param untrusted whether others than the caller may have written what is in it: it then says so
 */
export function toResult(value: unknown, untrusted = false): CallToolResult {
  if (typeof value === 'object' && value !== null && VISIT in value) {
    return toResult((value as VisitResult).result, untrusted)
  }
  const mark = untrusted ? UNTRUSTED : {}
  if (typeof value === 'object' && value !== null && BLOCKS in value) {
    const { [BLOCKS]: blocks, structured } = value as ContentResult
    if (structured === undefined && !untrusted) return { content: [...blocks] }
    const result = toResult({ ...mark, ...structured })
    return { ...result, content: [...result.content, ...blocks] }
  }
  const structured = untrusted ? { ...mark, ...(value as object) } : value
  return {
    content: [{ type: 'text', text: JSON.stringify(structured) }],
    structuredContent: structured as Record<string, unknown>,
  }
}

/** What a client is told of a failure; keys as in all results. */
export interface ErrorBody {
  code: string
  message: string
  subject?: string
  status?: number
  hint?: string
  url?: string
  server_message?: string
  etag?: string
  outcome_unknown?: true
}

/** The public face of any error. What is not a {@link CodedError} tells next to nothing of itself. */
export function errorBody(error: unknown): ErrorBody {
  if (isPassing(error)) {
    return {
      code: 'UNREACHABLE',
      message: 'This server cannot reach its own storage at the moment',
      hint: 'Try again in a while.',
      ...(error.code === 'OUTCOME_UNKNOWN' ? { outcome_unknown: true } : {}),
    }
  }
  if (!(error instanceof CodedError)) {
    return {
      code: 'INTERNAL',
      message: 'This server failed',
      hint: 'Its log says why; please report it.',
    }
  }
  const { subject, status, hint, url, serverMessage, etag, outcomeUnknown } = error.details
  return {
    code: error.code,
    message: error.message,
    ...(subject === undefined ? {} : { subject }),
    ...(status === undefined ? {} : { status }),
    ...(hint === undefined ? {} : { hint }),
    ...(url === undefined ? {} : { url }),
    ...(serverMessage === undefined ? {} : { server_message: serverMessage }),
    ...(etag === undefined ? {} : { etag }),
    ...(outcomeUnknown ? { outcome_unknown: true } : {}),
  }
}

/** A failed call: a tool result, so that the model reads it and can act. */
export function toErrorResult(error: unknown): CallToolResult {
  return { ...toResult({ error: errorBody(error) }), isError: true }
}
