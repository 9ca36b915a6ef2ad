/** The vector of a query, and what becomes of a search that gets none. */
import { CodedError } from '../../nextcloud/errors.ts'
import { type Embedder, EmbeddingError } from '../embed/embedder.ts'
import type { QueryVector } from './candidates.ts'

/** Somebody waits for the answer. */
const LONGEST_WAIT_MS = 10_000

/**
 * @throws CodedError `CANCELLED`; `UNREACHABLE` where it may work later, else `UPSTREAM_ERROR`. What
 *   the model's server said is in `cause`, for the log: it may name an address
 */
export async function queryVector(
  embedder: Pick<Embedder, 'model' | 'embed'>,
  query: string,
  signal: AbortSignal | undefined,
): Promise<QueryVector> {
  const limit = AbortSignal.timeout(LONGEST_WAIT_MS)
  try {
    const [vector] = await embedder.embed([query], {
      kind: 'query',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    if (vector === undefined) throw new EmbeddingError('BAD_ANSWER', 'no vector')
    return { model: embedder.model, vector }
  } catch (error) {
    endIfAborted({ signal })
    throw unavailable(error)
  }
}

/** @throws CodedError `CANCELLED` when the caller gave up */
export function endIfAborted({ signal }: { readonly signal: AbortSignal | undefined }): void {
  if (signal?.aborted) throw new CodedError('CANCELLED', 'The call was cancelled')
}

function unavailable(cause: unknown): CodedError {
  const lasts = cause instanceof EmbeddingError && !cause.retryable && cause.code !== 'UNREACHABLE'
  return new CodedError(
    lasts ? 'UPSTREAM_ERROR' : 'UNREACHABLE',
    'The embedding model gave no answer, so nothing can be found by meaning',
    { hint: 'mode "keyword" finds by words alone; nc_get_vector_sync_status may say more.', cause },
  )
}
