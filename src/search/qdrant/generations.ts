/**
 * The editions of the index: a collection for each, and one small collection that lists them, so
 * that every process on this Qdrant knows which is searched, also with a key that may not list
 * collections.
 */
import { createHash } from 'node:crypto'
import type { QdrantClient } from '@qdrant/js-client-rest'
import { z } from 'zod'
import type { Generation, GenerationSpec } from '../index/search-index.ts'
import { isMissing, isPresent, noGeneration, type QdrantConnection } from './connection.ts'

/** Names of the vectors of a point. */
export const DENSE = 'dense'
export const SPARSE = 'words'

const Stored = z.object({
  model: z.string(),
  dimension: z.number(),
  chunker: z.string(),
  active: z.boolean(),
  created_at: z.number(),
})

/** What a filter may name; Qdrant in strict mode refuses filters on anything else. */
const PAYLOAD_INDEXES = {
  user: { type: 'keyword', is_tenant: true },
  document: 'keyword',
  type: 'keyword',
  folders: 'keyword',
  modified_at: 'integer',
  chunk: 'integer',
} as const

/** The editions on one Qdrant. */
export interface Generations {
  list(): Promise<readonly Generation[]>
  open(spec: GenerationSpec): Promise<Generation>
  activate(id: number): Promise<void>
  collectionOf(id: number): string
}

/** @param collection begins the names of the collections */
export function createGenerations(
  { run }: QdrantConnection,
  collection: string,
  now: () => number = Date.now,
): Generations {
  const register = `${collection}-generations`
  const collectionOf = (id: number) => `${collection}-${id.toString(36)}`

  const store = (id: number, payload: z.infer<typeof Stored>) =>
    run(client => client.upsert(register, { wait: true, points: [{ id, vector: [1], payload }] }))

  const stored = async () => {
    const { points } = await run(client => client.scroll(register, { limit: 100 })).catch(
      (error: unknown) => {
        if (isMissing(error)) return { points: [] }
        throw error
      },
    )
    return points
      .flatMap(({ id, payload }) => {
        const { data } = Stored.safeParse(payload)
        return typeof id === 'number' && data !== undefined ? [{ id, ...data }] : []
      })
      .toSorted((a, b) => a.created_at - b.created_at || a.id - b.id)
  }

  /** Two processes may do this at once: the second finds what the first made. */
  const create = (name: string, body: Parameters<QdrantClient['createCollection']>[1]) =>
    run(client => client.createCollection(name, body)).catch((error: unknown) => {
      if (!isPresent(error)) throw error
    })

  const list = async () => {
    const all = await stored()
    const active = all.find(each => each.active) ?? all[0]
    return all.map(({ id, model, dimension, chunker }) => ({
      id,
      model,
      dimension,
      chunker,
      active: id === active?.id,
    }))
  }

  return {
    collectionOf,
    list,

    async open(spec) {
      const id = idOf(spec)
      const others = await list()
      const known = others.find(each => each.id === id)
      if (known !== undefined) return known
      await create(register, { vectors: { size: 1, distance: 'Dot' } })
      const name = collectionOf(id)
      await create(name, {
        vectors: { [DENSE]: { size: spec.dimension, distance: 'Cosine' } },
        sparse_vectors: { [SPARSE]: { modifier: 'idf' } },
        // A graph for each user instead of one of everybody's passages.
        hnsw_config: { m: 0, payload_m: 16 },
        on_disk_payload: true,
      })
      for (const [field_name, field_schema] of Object.entries(PAYLOAD_INDEXES)) {
        await run(client =>
          client.createPayloadIndex(name, { wait: true, field_name, field_schema }),
        )
      }
      // Named last: what is in the register is ready.
      const { model, dimension, chunker } = spec
      await store(id, { model, dimension, chunker, active: others.length === 0, created_at: now() })
      const made = (await list()).find(each => each.id === id)
      return made ?? { id, model, dimension, chunker, active: false }
    },

    async activate(id) {
      const all = await stored()
      const chosen = all.find(each => each.id === id)
      if (chosen === undefined) throw noGeneration()
      const { id: _, ...payload } = chosen
      await store(id, { ...payload, active: true })
      const others = all.filter(each => each.id !== id)
      if (others.length === 0) return
      // Forgotten last: what this does not get to is found by the next one.
      for (const other of others) {
        await run(client => client.deleteCollection(collectionOf(other.id)))
      }
      const points = others.map(each => each.id)
      await run(client => client.delete(register, { wait: true, points }))
    },
  }
}

/** The same for every process, so that none makes a second one of the kind; exact in a double. */
function idOf({ model, dimension, chunker }: GenerationSpec): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([model, dimension, chunker]))
    .digest()
  return digest.readUIntBE(0, 6)
}
