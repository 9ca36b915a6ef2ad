/** What reading a document means: the request, the result, what can go wrong. */

/** Where a page, sheet or slide begins. */
export interface PageStart {
  /** One-based, in the whole file. */
  readonly number: number
  /** Offset in the text, in UTF-16 code units. */
  readonly start: number
}

/** Text of a file, as Markdown where the format has structure. */
export interface ExtractedDocument {
  /** In normal form C, without NUL, with line breaks `\n`. */
  readonly text: string
  readonly format: 'markdown' | 'plain'
  /** What the file says it is called. */
  readonly title: string | undefined
  /** In order; empty where the format has no pages, sheets, slides or chapters. */
  readonly pages: readonly PageStart[]
  /** Of the whole file, whichever of them were asked for. */
  readonly pageCount: number | undefined
  /** True where a cap ended it early. */
  readonly truncated: boolean
  /** Who read it: `pdf`, `docx`, `ocr`, `unstructured` ... */
  readonly processor: string
}

/** Pages to read, one-based and inclusive. */
export interface PageRange {
  readonly first: number
  readonly last: number
}

/** What decides how a file is read, known without its bytes. */
export interface DocumentFile {
  /** Its ending counts before the media type. */
  readonly name: string
  /** Parameters are ignored. */
  readonly mediaType: string | undefined
  readonly bytes: number
}

/** A file to be read. */
export interface ExtractRequest {
  readonly bytes: Uint8Array
  readonly name: string
  readonly mediaType: string | undefined
  /** Undefined: all of them. Ignored where the format has none. */
  readonly pages?: PageRange | undefined
  readonly signal?: AbortSignal | undefined
  /** Called now and then, with pages where there are any. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** Made by `createDocumentReader` in reader.ts. Reads documents of every format that is known or configured. */
export interface DocumentReader {
  /** Whether there is a chance; decided without the bytes, so that nothing is downloaded in vain. */
  canRead(file: DocumentFile): boolean
  /** @throws DocumentError for every file that cannot be read, and the signal's reason */
  read(request: ExtractRequest): Promise<ExtractedDocument>
  /** Ends what is under way. */
  close(): Promise<void>
}

/**
 * Why a document cannot be read.
 * - `UNSUPPORTED`: no reader for this format
 * - `ENCRYPTED`: needs a password
 * - `DAMAGED`: is not what its name says, or broken
 * - `NO_SUCH_PAGE`: the pages asked for lie behind the end
 * - `TOO_LARGE`: beyond a cap on size, declared or real, or on memory
 * - `TIMED_OUT`: beyond the cap on time
 * - `UNREACHABLE`: the external processor cannot be reached or does not do its work
 */
export type DocumentErrorCode =
  | 'UNSUPPORTED'
  | 'ENCRYPTED'
  | 'DAMAGED'
  | 'NO_SUCH_PAGE'
  | 'TOO_LARGE'
  | 'TIMED_OUT'
  | 'UNREACHABLE'

/** A document that cannot be read; the message is for the reader and tells no address. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode
  /** Whether the same bytes can never succeed with this configuration. */
  readonly permanent: boolean
  /** The file concerned, as people know it, where whoever had it read said so. */
  readonly subject: string | undefined

  constructor(
    code: DocumentErrorCode,
    message: string,
    options: { permanent?: boolean; subject?: string } = {},
  ) {
    super(message)
    this.name = 'DocumentError'
    this.code = code
    this.permanent = options.permanent ?? (code !== 'UNREACHABLE' && code !== 'TIMED_OUT')
    this.subject = options.subject
  }
}
