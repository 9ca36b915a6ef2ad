import type { Readable } from 'node:stream'

/** One request to Nextcloud, below the instance's address. */
export interface HttpRequest {
  method: string
  /** Absolute below the instance, already percent-encoded: `/remote.php/dav/…`. */
  path: string
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  headers?: Readonly<Record<string, string>>
  /** A function makes a body that can be made again, so that a retry sends the same. */
  body?: string | Uint8Array | (() => Readable)
  /** Statuses that are answers; every other becomes an error. Default: any 2xx. */
  expect?: readonly number[]
  /** Most bytes a buffered reply may have. Default 32 MiB. */
  maxBytes?: number
  /** What the request is about, as a person names it; for errors. */
  subject?: string
  signal?: AbortSignal | undefined
}
