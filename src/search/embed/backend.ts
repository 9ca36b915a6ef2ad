/** What the sources of vectors differ in; everything else about them is done in one place. */
import { EmbeddingError, type EmbedOptions, type Tier } from './embedder.ts'

/** One source of vectors, asked in batches that it can take. */
export interface Backend {
  readonly tier: Tier
  readonly limits: BatchLimits
  /** Length of its vectors, where that is known beforehand. */
  readonly dimension: number | undefined
  /** Asks once, without trying again; what comes back is checked by the caller. */
  vectors(texts: readonly string[], options: EmbedOptions): Promise<readonly ArrayLike<number>[]>
  /**
   * Looks for what would make every request fail.
   * @throws EmbeddingError
   */
  check(signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** What one request may hold. */
export interface BatchLimits {
  readonly texts: number
  /** Counted as JavaScript does (UTF-16). A longer text goes alone. */
  readonly characters: number
  /** Requests at a time. */
  readonly parallel: number
}

/** Refused for its size: fewer texts, or shorter ones, may be accepted. */
export class OverLimitError extends EmbeddingError {
  /** What there was too much of, where the server says so. */
  readonly tooMuch: 'texts' | 'characters'

  constructor(tooMuch: 'texts' | 'characters', message: string, status?: number) {
    super('REFUSED', message, {
      status,
      hint: 'Index smaller pieces, or use a model that reads longer ones.',
    })
    this.tooMuch = tooMuch
  }
}
