/** What a document may cost. A file beyond a cap fails or is cut, and the reader is told. */

/** Caps on one document. */
export interface Limits {
  /** Of the file itself. */
  readonly bytes: number
  /** From when a worker takes it up. */
  readonly timeMs: number
  /** Of the worker: its heap, and as much again outside of it. */
  readonly memoryMb: number
  /** Pages, sheets or slides read at a time. */
  readonly pages: number
  /** Text in one result, in UTF-16 code units. */
  readonly characters: number
  /** All that is unpacked of one archive. */
  readonly unpackedBytes: number
  /** Entries of one archive. */
  readonly entries: number
}

/** Enough for what people write, too little to hurt a small machine. */
export const DEFAULT_LIMITS: Limits = {
  bytes: 50 * 1024 * 1024,
  timeMs: 120_000,
  memoryMb: 512,
  pages: 1_000,
  characters: 5_000_000,
  unpackedBytes: 200 * 1024 * 1024,
  entries: 20_000,
}
