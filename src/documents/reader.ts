/** Reads documents: by the built-in parsers in threads of their own, or by processors elsewhere. */
import { DocumentError, type DocumentReader, type ExtractRequest } from './document.ts'
import { type CustomOptions, createCustom } from './external/custom.ts'
import { createDocling, type DoclingOptions } from './external/docling.ts'
import type { Processor } from './external/processor.ts'
import { createUnstructured, type UnstructuredOptions } from './external/unstructured.ts'
import { formatOfType, mediaTypeOf } from './formats.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import type { OcrOptions } from './parse/ocr.ts'
import { createPool } from './worker/pool.ts'

/** Who reads, and what it may cost. Every part can be left out. */
export interface DocumentOptions {
  readonly limits?: Partial<Limits> | undefined
  /** Most documents parsed at a time. Default 2. */
  readonly threads?: number
  /** A thread without work ends after this. Default 30 s. */
  readonly idleMs?: number
  /** Undefined: pictures are not read here. */
  readonly ocr?: OcrOptions | undefined
  readonly custom?: CustomOptions | undefined
  readonly docling?: DoclingOptions | undefined
  readonly unstructured?: UnstructuredOptions | undefined
}

/**
 * A reader of documents. Nothing is started or reached before the first one comes.
 *
 * The custom processor goes first for the types that it is configured for, then what is built in,
 * then Docling and Unstructured: for what is not built in, and for pages that hold no text.
 */
export function createDocumentReader(options: DocumentOptions = {}): DocumentReader {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits }
  const pool = createPool({
    limits,
    ocr: options.ocr,
    threads: options.threads ?? 2,
    idleMs: options.idleMs ?? 30_000,
  })
  const custom = options.custom === undefined ? undefined : createCustom(options.custom)
  const builtIn: Processor = {
    name: 'built-in',
    takes(mediaType) {
      const format = formatOfType(mediaType)
      return format !== undefined && (format !== 'image' || options.ocr !== undefined)
    },
    async read({ bytes, mediaType: declared, pages: range, signal, onProgress }, mediaType) {
      const format = formatOfType(mediaType)
      if (format === undefined) throw unsupported()
      const job = { bytes, format, mediaType: declared, range, limits }
      return pool.run(job, { signal, onProgress })
    },
  }
  const others: Processor[] = [
    ...(options.docling === undefined ? [] : [createDocling(options.docling)]),
    ...(options.unstructured === undefined ? [] : [createUnstructured(options.unstructured)]),
  ]
  const inOrder = [...(custom === undefined ? [] : [custom]), builtIn, ...others]

  async function read(request: ExtractRequest) {
    const mediaType = mediaTypeOf(request)
    const [first, ...rest] = inOrder.filter(({ takes }) => takes(mediaType))
    if (first === undefined) throw unsupported()
    const { length } = request.bytes
    if (length > limits.bytes) throw tooLarge(length, limits)
    const document = await first.read(request, mediaType, limits)
    // Pages without text are pictures, which somebody else may be able to read.
    const next = first === builtIn && document.text.trim() === '' ? rest[0] : undefined
    return next === undefined ? document : next.read(request, mediaType, limits)
  }

  return {
    canRead(file) {
      const mediaType = mediaTypeOf(file)
      return file.bytes <= limits.bytes && inOrder.some(({ takes }) => takes(mediaType))
    },
    read,
    close: () => pool.close(),
  }
}

function unsupported(): DocumentError {
  return new DocumentError('UNSUPPORTED', 'Nothing here reads files of this format')
}

function tooLarge(bytes: number, limits: Limits): DocumentError {
  const most = Math.round(limits.bytes / 1024 / 1024)
  return new DocumentError(
    'TOO_LARGE',
    `The file has ${bytes} bytes, more than the ${most} MiB that are read`,
  )
}
