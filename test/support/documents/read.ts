/** Documents to read in tests, and what becomes of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  DocumentError,
  type ExtractedDocument,
  type PageRange,
} from '../../../src/documents/document.ts'
import { formatOfType, mediaTypeOf } from '../../../src/documents/formats.ts'
import { DEFAULT_LIMITS, type Limits } from '../../../src/documents/limits.ts'
import { type ParseJob, parse } from '../../../src/documents/parse/index.ts'

/** A committed file. */
export function fixture(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, '../../fixtures/documents', name))
}

/** How a file is to be read. */
export interface Reading {
  readonly range?: PageRange
  readonly limits?: Partial<Limits>
}

/** What is asked of the one who parses. */
export function jobOf(
  name: string,
  bytes: Uint8Array = fixture(name),
  { range, limits }: Reading = {},
): ParseJob {
  const format = formatOfType(mediaTypeOf({ name, mediaType: undefined }))
  if (format === undefined) throw new Error(`${name} has no format`)
  const own = new Uint8Array(bytes)
  return {
    bytes: own,
    format,
    mediaType: undefined,
    range,
    limits: { ...DEFAULT_LIMITS, ...limits },
  }
}

/** Parses in this thread, where a test sees what happens. */
export async function parsed(
  name: string,
  bytes?: Uint8Array,
  reading?: Reading,
): Promise<ExtractedDocument> {
  return parse(jobOf(name, bytes, reading))
}

/** The code of the DocumentError that it must fail with; anything else fails the test. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof DocumentError) return error.code
    throw error
  }
  throw new Error('it did not fail')
}
