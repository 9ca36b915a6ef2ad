/** Which edition of the index is being built, and when it takes the place of the one before. */
import type { Generation, SearchIndex } from '../index/search-index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { SyncParts } from './context.ts'

/**
 * The generation that documents go into: that of the model and chunker in use, which is made beside
 * the one that is searched when they have changed, or when the index is to be built anew.
 * @throws what the embedder or the index throws
 */
export async function openGeneration(
  {
    ledger,
    index,
    embedder,
    chunker,
  }: Pick<SyncParts, 'ledger' | 'index' | 'embedder' | 'chunker'>,
  signal?: AbortSignal,
): Promise<Generation> {
  const edition = await ledger.edition()
  return index.open({
    model: embedder.model,
    dimension: await embedder.dimension(signal),
    chunker: edition === 1 ? chunker.version : `${chunker.version}#${edition}`,
  })
}

/** Has a generation searched alone once everything is in it; whether it now is. */
export async function activateWhenThrough(
  { ledger, index }: { readonly ledger: Ledger; readonly index: SearchIndex },
  generation: Generation,
): Promise<boolean> {
  if (!generation.active) {
    if (!(await ledger.isThrough(generation.id))) return false
    await index.activate(generation.id)
  }
  // Also where a crash came between the two.
  await ledger.keepOnly(generation.id)
  return true
}
