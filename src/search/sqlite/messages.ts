/** What the threads of the search database say to each other. */
import { CodedError } from '../../nextcloud/errors.ts'
import { IndexError } from '../index/errors.ts'

/** What a thread is started with. */
export interface ThreadStart {
  readonly path: string
  readonly role: 'writing' | 'reading'
}

/** A call of one function of one service. */
export interface Request {
  readonly service: string
  readonly name: string
  readonly args: readonly unknown[]
}

/** Sent in place of a call: the database is closed and the thread ends. */
export const CLOSE = 'close'

/** What a thread answers; the first says whether it could be started. */
export type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SentError }

/** An error on its way: cloning alone would take its class and its code away. */
export interface SentError {
  readonly kind: 'index' | 'coded' | 'other'
  readonly fields: object
}

/** An error made ready to be sent. */
export function packError(error: unknown): SentError {
  if (error instanceof IndexError) {
    const { code, problem, fix, cause } = error
    return { kind: 'index', fields: { code, problem, fix, cause: textOf(cause) } }
  }
  if (error instanceof CodedError) {
    const { cause, ...details } = error.details
    const sent = cause === undefined ? details : { ...details, cause: textOf(cause) }
    return { kind: 'coded', fields: { code: error.code, message: error.message, details: sent } }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'other', fields: { message, cause: textOf(error) } }
}

/** The error that was sent. */
export function unpackError({ kind, fields }: SentError): Error {
  if (kind === 'index') {
    const { code, problem, fix, cause } = fields as IndexError
    return new IndexError(code, problem, { fix, cause })
  }
  if (kind === 'coded') {
    const { code, message, details } = fields as CodedError
    return new CodedError(code, message, details)
  }
  const { message, cause } = fields as Error
  return new Error(message, { cause })
}

function textOf(error: unknown): string | undefined {
  if (error === undefined) return undefined
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
