/** What `doctor` finds out about search by meaning: whether its vectors can be made. */
import type { SearchConfig } from '../config/config.ts'
import { createEmbedder } from '../search/embed/create.ts'
import { type Finding, fault, note, ok } from './findings.ts'

/** Asks the configured model for a vector. */
export async function examineSearch({ embedding }: SearchConfig): Promise<Finding[]> {
  const embedder = createEmbedder(embedding)
  try {
    const wrong = await embedder.health()
    if (wrong !== undefined) return [fault('embeddings', `${embedder.model}: ${wrong}`)]
    const dimension = await embedder.dimension()
    return [
      ok('embeddings', `${embedder.model}, ${dimension} dimensions`),
      ...('url' in embedding
        ? [note('embeddings', `what is searched in is sent to ${new URL(embedding.url).host}`)]
        : []),
      ...(embedding.tier === 'builtin'
        ? [note('embeddings', 'the built-in model understands English only')]
        : []),
    ]
  } finally {
    await embedder.close()
  }
}
