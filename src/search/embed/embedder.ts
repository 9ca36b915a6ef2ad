/** What search needs of a model: texts in, vectors of one length out. */

/** Whether a text is asked with or searched in; some models want to be told. */
export type TextKind = 'query' | 'passage'

/** What {@link Embedder.embed} may be told beside the texts. */
export interface EmbedOptions {
  readonly kind: TextKind
  readonly signal?: AbortSignal | undefined
}

/** Turns texts into vectors; one model, one dimension, for as long as it lives. */
export interface Embedder {
  /** Names model and tier for the index: `ollama:nomic-embed-text`. Two that differ are never mixed. */
  readonly model: string
  /** Known after the first answer, or by configuration. */
  dimension(signal?: AbortSignal): Promise<number>
  /**
   * Vectors of length 1 in the order of the texts; batches are the embedder's own business.
   * @throws EmbeddingError with what to do
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>
  /** What is wrong, in a sentence for people; undefined: ready. */
  health(signal?: AbortSignal): Promise<string | undefined>
  close(): Promise<void>
}

/** Where vectors come from. */
export type Tier = 'openai' | 'infinity' | 'ollama' | 'local' | 'builtin'

/** Told as it happens, for metrics and the log. Never holds a text or a key. */
export interface EmbeddingHooks {
  /** A batch was answered; `ms` includes its retries. */
  onBatch?(batch: { tier: Tier; texts: number; characters: number; ms: number }): void
  /** A try failed; `retried`: another follows. */
  onError?(failure: { tier: Tier; code: EmbeddingErrorCode; retried: boolean }): void
  /** A text was longer than the model reads; the vector is of its beginning. */
  onTruncated?(text: { tier: Tier; characters: number; kept: number }): void
}

/** Stable codes of a failure. */
export type EmbeddingErrorCode =
  | 'UNREACHABLE' // no answer, or the server has too much to do or failed
  | 'REFUSED' // the key, or the request, was not accepted
  | 'MODEL_MISSING' // the server, the folder or the package with the model is not there
  | 'WRONG_DIMENSION' // vectors of another length than before, or than configured
  | 'BAD_ANSWER' // an answer that is no list of usable vectors

/** What an {@link EmbeddingError} may say beside its code. */
export interface EmbeddingErrorDetails {
  /** What to do. */
  readonly hint?: string | undefined
  /** HTTP status of the answer. */
  readonly status?: number | undefined
  /** Whether the same call may succeed later without anybody's doing. */
  readonly retryable?: boolean
  /** How long the server wants to be left alone. */
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** The only error that leaves this room, save that of an aborted signal. */
export class EmbeddingError extends Error {
  override readonly name = 'EmbeddingError'
  readonly code: EmbeddingErrorCode
  readonly hint: string | undefined
  readonly status: number | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: EmbeddingErrorCode, message: string, details: EmbeddingErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.status = details.status
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
  }
}

/** The failure and what to do about it, for people. */
export function sentence({ message, hint }: EmbeddingError): string {
  const what = message.replace(/\.*$/, '.')
  return hint === undefined ? what : `${what} ${hint}`
}
