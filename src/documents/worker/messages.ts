/** What is said between the thread that serves and the one that parses. */
import type { DocumentErrorCode, ExtractedDocument } from '../document.ts'
import type { ParseJob } from '../parse/index.ts'
import type { OcrOptions } from '../parse/ocr.ts'

/** Given to a worker when it starts. */
export interface WorkerSetup {
  /** Undefined: pictures are not read. */
  readonly ocr: OcrOptions | undefined
}

/** To the worker, one at a time. */
export type Job = ParseJob

/** From the worker: any number about progress, then one of the others. */
export type Answer =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number | undefined }
  | { readonly kind: 'document'; readonly document: ExtractedDocument }
  | {
      readonly kind: 'failure'
      readonly code: DocumentErrorCode
      readonly message: string
      readonly permanent: boolean
    }
