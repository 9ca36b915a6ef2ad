/** What reads one format. Runs in a worker, where it may take its time and fail in any way. */
import type { Limits } from '../limits.ts'
import type { DocumentFacts, Pages } from './pages.ts'

/** What a parser is given. */
export interface ParseInput {
  readonly bytes: Uint8Array
  /** The declared one, with parameters. */
  readonly mediaType: string | undefined
  readonly limits: Limits
  /** Takes the text. */
  readonly pages: Pages
  /** Undefined: pictures are not read. */
  readonly recognise: Recognise | undefined
  progress(done: number, total: number | undefined): void
}

/** Text of a picture: a file that the recogniser knows, PNG, JPEG, BMP, PNM or WebP. */
export type Recognise = (picture: Uint8Array) => Promise<string>

/** Puts text into `pages` and tells the rest; throws a DocumentError for what it cannot read. */
export type Parser = (input: ParseInput) => Promise<DocumentFacts>
