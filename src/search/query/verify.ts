/**
 * Whether the caller may read what the index proposes: asked of Nextcloud with the caller's own
 * access, as often as a search is made. The index itself is never believed.
 */
import { CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import type { DocumentType, IndexedDocument } from '../document.ts'
import type { DocumentSource, Verdict } from '../source.ts'
import { documentKey } from './fusion.ts'

/** Failures that are about the caller and not about one document. */
const ABOUT_THE_CALLER = new Set(['UNAUTHORIZED', 'NOT_PROVISIONED', 'CANCELLED'])

/** What one search has asked so far; no document is asked about twice. */
export interface Verifier {
  /** Asks about documents; those of one app in one go, apps beside each other. */
  ask(documents: readonly IndexedDocument[]): Promise<void>
  /** Undefined: not asked yet. */
  verdictOf(document: IndexedDocument): Verdict | undefined
  /** Documents that are no longer there for the caller. */
  gone(): readonly IndexedDocument[]
  /** Number of documents that were asked about. */
  readonly asked: number
  /** Number of documents about which nobody could tell. */
  readonly unknown: number
  /** Why, as far as an app said so. */
  readonly failure: CodedError | undefined
}

const UNKNOWN: Verdict = { state: 'unknown' }

/** A verifier for one search. */
export function createVerifier(
  session: Session,
  sources: ReadonlyMap<DocumentType, DocumentSource>,
): Verifier {
  const verdicts = new Map<string, Verdict>()
  const gone: IndexedDocument[] = []
  let failure: CodedError | undefined
  let unknown = 0

  async function askOne(type: DocumentType, documents: readonly IndexedDocument[]): Promise<void> {
    const asked = documents.map(({ id, ref }) => (ref === undefined ? { id } : { id, ref }))
    let answers: ReadonlyMap<string, Verdict> | undefined
    try {
      answers = await sources.get(type)?.verify(session, asked)
    } catch (error) {
      if (!isCodedError(error) || ABOUT_THE_CALLER.has(error.code)) throw error
      failure ??= error
    }
    for (const document of documents) {
      const verdict = answers?.get(document.id) ?? UNKNOWN
      verdicts.set(documentKey(document), verdict)
      if (verdict.state === 'gone') gone.push(document)
      if (verdict.state === 'unknown') unknown++
    }
  }

  return {
    async ask(documents) {
      const unasked = documents.filter(document => !verdicts.has(documentKey(document)))
      const byType = Map.groupBy(unasked, ({ type }) => type)
      await Promise.all([...byType].map(([type, group]) => askOne(type, group)))
    },
    verdictOf: document => verdicts.get(documentKey(document)),
    gone: () => gone,
    get asked() {
      return verdicts.size
    },
    get unknown() {
      return unknown
    },
    get failure() {
      return failure
    },
  }
}

/** For a search all of whose finds could not be checked: nothing found would be a lie. */
export function uncheckable(failure: CodedError | undefined): CodedError {
  return (
    failure ??
    new CodedError('UNREACHABLE', 'What was found could not be checked with Nextcloud', {
      hint: 'Try again later.',
    })
  )
}
