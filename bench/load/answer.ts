/** What an answer to a call is worth: the right user's data, or what is wrong with it. */
import { bodyText, type HttpResponse } from '../http.ts'

/** A result, or a failure of some kind. */
export type Outcome =
  | { readonly data: Readonly<Record<string, unknown>> }
  | { readonly failure: string; readonly detail: string }

/** One user's data in the answer to another: the one failure that no load excuses. */
export const LEAK = 'leak'
/** An answer that looks right and does not have what the user has. */
export const MISSING = 'own data missing'

/** Every document of a user holds the user's id, and nothing else looks like one. */
const USER_ID = /load-[a-z0-9]+-\d{4,}/g
const DETAIL_LENGTH = 300

/** The id of a user of a run. @param run lower case letters and digits */
export function userIdOf(run: string, index: number): string {
  return `load-${run}-${String(index).padStart(4, '0')}`
}

/**
 * Judges the answer to a request of a user.
 * @param showsOwner whether a right answer holds something of the user's
 */
export function judge(response: HttpResponse, userId: string, showsOwner: boolean): Outcome {
  const text = bodyText(response)
  const failed = (failure: string): Outcome => ({
    failure,
    detail: text.slice(0, DETAIL_LENGTH),
  })
  // Before anything else: an error may hold what is somebody else's, too.
  const stranger = text.match(USER_ID)?.find(id => id !== userId)
  if (stranger !== undefined) return { failure: LEAK, detail: `${stranger} was shown to ${userId}` }
  if (response.status !== 200) return failed(`HTTP ${response.status}`)
  const message = messageIn(text)
  if (!isObject(message)) return failed('not JSON-RPC')
  if (isObject(message.error)) return failed(`JSON-RPC ${String(message.error.code)}`)
  const { result } = message
  if (!isObject(result)) return failed('not JSON-RPC')
  const data = isObject(result.structuredContent) ? result.structuredContent : {}
  if (result.isError === true) return failed(codeOf(data))
  if (showsOwner && !text.includes(userId)) return failed(MISSING)
  return { data }
}

function codeOf({ error }: Readonly<Record<string, unknown>>): string {
  return isObject(error) && typeof error.code === 'string' ? error.code : 'tool error'
}

/** The message in an answer, which is plain JSON or one event of a stream. */
function messageIn(text: string): unknown {
  const json = text.startsWith('{') ? text : /^data: *(\{.*)$/m.exec(text)?.[1]
  try {
    return JSON.parse(json ?? '')
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
