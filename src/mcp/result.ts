/** From what a tool returns to what a client gets. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { CodedError } from '../nextcloud/errors.ts'

const BLOCKS = Symbol('content blocks')

/** A result with content of its own (an image, a link) beside or instead of JSON. */
export interface ContentResult {
  readonly [BLOCKS]: readonly ContentBlock[]
  readonly structured?: object
}

/** Content blocks as a tool's result; `structured` goes along as `structuredContent`. */
export function content(blocks: readonly ContentBlock[], structured?: object): ContentResult {
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
export interface VisitResult {
  readonly [VISIT]: Visit
  readonly result: object
}

/**
 * Has the user open a page, where the client can ask for that; other clients get `result`, which
 * must name the address too.
 */
export function inBrowser(visit: Visit, result: object): VisitResult {
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

/** Structured content, and the same JSON in one text block for clients that read only text. */
export function toResult(value: unknown): CallToolResult {
  if (typeof value === 'object' && value !== null && VISIT in value) {
    return toResult((value as VisitResult).result)
  }
  if (typeof value === 'object' && value !== null && BLOCKS in value) {
    const { [BLOCKS]: blocks, structured } = value as ContentResult
    return {
      content: [...blocks],
      ...(structured === undefined
        ? {}
        : { structuredContent: structured as Record<string, unknown> }),
    }
  }
  return {
    content: [{ type: 'text', text: JSON.stringify(value) }],
    structuredContent: value as Record<string, unknown>,
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

/** The public face of any error. What is not a {@link CodedError} tells nothing of itself. */
export function errorBody(error: unknown): ErrorBody {
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
