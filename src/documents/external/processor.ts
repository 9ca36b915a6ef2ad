/** A processor elsewhere that reads some media types. */
import type { ExtractedDocument, ExtractRequest } from '../document.ts'
import type { Limits } from '../limits.ts'

/** Reads files by asking somebody else. */
export interface Processor {
  readonly name: string
  takes(mediaType: string): boolean
  /** @throws DocumentError */
  read(request: ExtractRequest, mediaType: string, limits: Limits): Promise<ExtractedDocument>
}

/** What all of them are configured with. */
export interface ProcessorOptions {
  /** Without a slash at its end. */
  readonly url: string
  readonly apiKey: string | undefined
  readonly timeoutMs: number
}
