/** From what the index proposes to what the caller is shown: verified, and no more asked than needed. */
import type { Verdict } from '../source.ts'
import type { Candidate } from './candidates.ts'
import { documentKey } from './fusion.ts'
import { type Granularity, isWithin } from './request.ts'
import type { Verifier } from './verify.ts'

/** A bound on what one search may ask, however many of its finds are gone. */
const MOST_ASKED = 400

/** A passage that the caller may read. */
export interface Verified {
  readonly candidate: Candidate
  readonly verdict: Extract<Verdict, { state: 'readable' }>
}

/** What is wanted. */
export interface Selection {
  readonly rows: number
  /** `document`: each by its best passage only. */
  readonly granularity: Granularity
  /** Where documents must be now, wherever they were when they were indexed. */
  readonly folders: readonly string[]
  /** Whether what the passage says is out of date. */
  isSuperseded(candidate: Candidate): Promise<boolean>
}

/**
 * The best rows that the caller may read. Asks in rounds, about what is missing and at least about as
 * much as was lost so far: where much is gone, the next may be gone as well.
 */
export async function select(
  proposed: readonly Candidate[],
  verifier: Verifier,
  { rows, granularity, folders, isSuperseded }: Selection,
): Promise<Verified[]> {
  const superseded = new Set<string>()
  for (;;) {
    const lost = verifier.gone().length + verifier.unknown
    const room = MOST_ASKED - verifier.asked
    const chosen: Verified[] = []
    const unasked = new Map<string, Candidate>()
    let pending = 0
    const documents = new Set<string>()
    for (const candidate of proposed) {
      const missing = rows - chosen.length
      if (missing <= 0 || pending >= Math.max(missing, lost)) break
      const { document } = candidate.hit
      const key = documentKey(document)
      if (superseded.has(key) || (granularity === 'document' && documents.has(key))) continue
      documents.add(key)
      const verdict = verifier.verdictOf(document)
      if (verdict === undefined) {
        if (unasked.size < room) unasked.set(key, candidate)
        if (unasked.has(key)) pending++
      } else if (verdict.state === 'readable' && isStillThere(verdict, folders)) {
        chosen.push({ candidate, verdict })
      }
    }
    if (pending === 0) return chosen
    const current: Candidate[] = []
    await Promise.all(
      [...unasked].map(async ([key, candidate]) => {
        if (await isSuperseded(candidate)) superseded.add(key)
        else current.push(candidate)
      }),
    )
    await verifier.ask(current.map(({ hit }) => hit.document))
  }
}

function isStillThere({ path }: Verified['verdict'], folders: readonly string[]): boolean {
  return path === undefined || isWithin(path, folders)
}
