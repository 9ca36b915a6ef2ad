import { readFileSync } from 'node:fs'

/** One request to a real Nextcloud and its answer. */
export interface RecordedExchange {
  name: string
  /** User id, null without credentials, or a remark when the password was wrong. */
  as: string | null
  request: {
    method: string
    path: string
    headers: Record<string, string>
    body: unknown
  }
  response: {
    status: number
    /** The headers of interest. */
    headers: Record<string, string>
    bodyType: 'json' | 'json-text' | 'text' | 'binary' | null
    body: unknown
    /** Only the beginning of the body was kept. */
    truncated?: boolean
  }
}

/** What was recorded of one app. */
export interface Recording {
  app: string
  /** When the last request was made, ISO 8601. */
  recorded: string
  exchanges: RecordedExchange[]
}

/** Reads a recording by the name of its app. */
export function readRecording(app: string): Recording {
  const file = new URL(`../recordings/${app}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}
