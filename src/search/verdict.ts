/** Verdicts out of answers and failures: only an answer that says so makes a document gone. */
import { hasCode, isCodedError } from '../nextcloud/errors.ts'
import type { Verdict } from './source.ts'

const GONE: Verdict = { state: 'gone' }
const UNKNOWN: Verdict = { state: 'unknown' }

/**
 * The verdict on one document that is asked for by itself: `NOT_FOUND` is gone, other failures
 * leave it unknown.
 * @throws what ended the call: cancellation, and faults of this server
 */
export async function verdictOf(ask: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await ask()
  } catch (error) {
    return hasCode(error, 'NOT_FOUND') ? GONE : unknownAfter(error)
  }
}

/** What one answer says of many documents. */
export interface Told {
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** Whether what it does not name is gone, or just not understood. */
  readonly isWhole: boolean
}

/**
 * The verdicts on documents that one answer tells of; all unknown where there is no answer.
 * @throws as {@link verdictOf}
 */
export async function verdictsOf(
  ids: readonly string[],
  ask: () => Promise<Told>,
): Promise<Map<string, Verdict>> {
  const { verdicts, isWhole } = await ask().catch((error: unknown): Told => {
    unknownAfter(error)
    return { verdicts: new Map(), isWhole: false }
  })
  const unnamed = isWhole ? GONE : UNKNOWN
  return new Map(ids.map(id => [id, verdicts.get(id) ?? unnamed]))
}

function unknownAfter(error: unknown): Verdict {
  if (!isCodedError(error) || error.code === 'CANCELLED') throw error
  return UNKNOWN
}
