import type { Exchange, Parameters } from '../http.ts'
import type { Instance } from '../instance.ts'
import type { DeckStore } from './store.ts'

/** A request of a known user to the Deck app. */
export interface DeckCall {
  instance: Instance
  exchange: Exchange
  store: DeckStore
  userId: string
  /** Query, body and path: what is in the path wins over what was sent. */
  parameters: Parameters
  /** Unix seconds. */
  now: number
}

/** What Deck answers in place of a result. */
export class DeckError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What Deck says of everything that is not there, or not for this user. */
export function denied(message = 'Permission denied'): DeckError {
  return new DeckError(403, message)
}

/** Deck gives its own refusals no status, so that they come as faults of the server. */
export function notAllowed(message: string): DeckError {
  return new DeckError(500, message)
}
