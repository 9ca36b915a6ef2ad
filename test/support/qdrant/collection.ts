/** One collection of the double: points, their payload indexes, filters and rankings. */
import { z } from 'zod'

/** What Qdrant answers instead of a result. */
export class QdrantRefusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const Sparse = z.object({
  indices: z.array(
    z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
  ),
  values: z.array(z.number()),
})
const Condition = z.strictObject({
  key: z.string(),
  match: z
    .union([
      z.strictObject({ value: z.union([z.string(), z.int(), z.boolean()]) }),
      z.strictObject({ any: z.array(z.union([z.string(), z.int()])) }),
    ])
    .optional(),
  range: z
    .strictObject({
      gte: z.number().nullish(),
      lte: z.number().nullish(),
      lt: z.number().nullish(),
    })
    .optional(),
})
const Filter = z.strictObject({
  must: z.array(Condition),
  must_not: z.array(Condition).optional(),
})
type Filter = z.infer<typeof Filter>
const Id = z.union([z.int().min(0), z.uuid()])

const Spec = z.object({
  vectors: z.union([
    z.strictObject({ size: z.int().min(1).max(65_536), distance: z.enum(['Cosine', 'Dot']) }),
    z.record(
      z.string(),
      z.strictObject({ size: z.int().min(1).max(65_536), distance: z.enum(['Cosine', 'Dot']) }),
    ),
  ]),
  sparse_vectors: z
    .record(z.string(), z.strictObject({ modifier: z.enum(['idf', 'none']) }))
    .optional(),
})

interface Point {
  readonly id: number | string
  readonly payload: Record<string, unknown>
  readonly vectors: Record<string, number[] | z.infer<typeof Sparse>>
}

/** A collection of the double. */
export type Collection = ReturnType<typeof createCollection>

/** @param body of `PUT /collections/{name}` */
export function createCollection(body: unknown) {
  const spec = parsed(Spec, body)
  const { size, distance } = spec.vectors
  const unnamed = typeof size === 'number' && typeof distance === 'string'
  const dense = new Map<string, number>(
    unnamed
      ? [['', size]]
      : Object.entries(spec.vectors).map(([name, { size: length }]) => [name, length]),
  )
  const sparse = new Set(Object.keys(spec.sparse_vectors ?? {}))
  const points = new Map<string, Point>()
  const indexes = new Map<string, string>()

  const indexed = (key: string, wanted: string) => {
    if (indexes.get(key) === wanted) return
    throw new QdrantRefusal(
      400,
      `Bad request: Index required but not found for "${key}" of one of the following types: [${wanted}]. Help: Create an index for this key or use a different filter.`,
    )
  }
  const matching = (filter: Filter | undefined): Point[] => {
    const { must = [], must_not: mustNot = [] } = filter ?? {}
    for (const { key, match, range } of [...must, ...mustNot]) {
      const sample = match === undefined ? 0 : 'value' in match ? match.value : match.any[0]
      indexed(key, range !== undefined || typeof sample === 'number' ? 'integer' : 'keyword')
    }
    return [...points.values()].filter(
      ({ payload }) =>
        must.every(condition => holds(payload[condition.key], condition)) &&
        !mustNot.some(condition => holds(payload[condition.key], condition)),
    )
  }
  const checkVector = (name: string, vector: unknown) => {
    if (sparse.has(name)) {
      const { indices, values } = parsed(Sparse, vector)
      if (new Set(indices).size !== indices.length || indices.length !== values.length) {
        throw new QdrantRefusal(422, 'Validation error in JSON body: [indices: must be unique]')
      }
      return { indices, values }
    }
    const expected = dense.get(name)
    if (expected === undefined) {
      throw new QdrantRefusal(400, `Wrong input: Not existing vector name error: ${name}`)
    }
    const numbers = parsed(z.array(z.number()), vector)
    if (numbers.length !== expected) {
      throw new QdrantRefusal(
        400,
        `Wrong input: Vector dimension error: expected dim: ${expected}, got ${numbers.length}`,
      )
    }
    return numbers
  }

  return {
    points,

    index(request: unknown) {
      const { field_name, field_schema } = parsed(
        z.object({
          field_name: z.string(),
          field_schema: z.union([
            z.enum(['keyword', 'integer']),
            z.strictObject({ type: z.literal('keyword'), is_tenant: z.boolean() }),
          ]),
        }),
        request,
      )
      indexes.set(field_name, typeof field_schema === 'string' ? field_schema : field_schema.type)
      return { operation_id: 1, status: 'completed' }
    },

    upsert(request: unknown) {
      const { points: given } = parsed(
        z.object({
          points: z.array(
            z.object({
              id: Id,
              vector: z.union([z.array(z.number()), z.record(z.string(), z.unknown())]),
              payload: z.record(z.string(), z.unknown()),
            }),
          ),
        }),
        request,
      )
      const checked = given.map(({ id, vector, payload }) => {
        const named = Array.isArray(vector) ? { '': vector } : vector
        const vectors = Object.fromEntries(
          Object.entries(named).map(([name, each]) => [name, checkVector(name, each)]),
        )
        return { id, payload, vectors }
      })
      for (const point of checked) points.set(String(point.id), point)
      return { operation_id: 1, status: 'completed' }
    },

    delete(request: unknown) {
      const { points: ids, filter } = parsed(
        z.object({ points: z.array(Id).optional(), filter: Filter.optional() }),
        request,
      )
      if (ids === undefined && filter === undefined) {
        throw new QdrantRefusal(400, 'Format error in JSON body: expected points or a filter')
      }
      const gone = ids ?? matching(filter).map(({ id }) => id)
      for (const id of gone) points.delete(String(id))
      return { operation_id: 1, status: 'completed' }
    },

    scroll(request: unknown) {
      const { filter, limit } = parsed(
        z.object({ filter: Filter.optional(), limit: z.int().min(1) }),
        request,
      )
      const found = matching(filter).toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
      return {
        points: found.slice(0, limit).map(({ id, payload }) => ({ id, payload })),
        next_page_offset: found[limit]?.id ?? null,
      }
    },

    count(request: unknown) {
      const { filter } = parsed(z.object({ filter: Filter.optional() }), request)
      return { count: matching(filter).length }
    },

    query(request: unknown) {
      const { query, using, filter, limit } = parsed(
        z.object({
          query: z.unknown(),
          using: z.string(),
          filter: Filter.optional(),
          limit: z.int().min(1),
        }),
        request,
      )
      const wanted = checkVector(using, query)
      const score = Array.isArray(wanted)
        ? (each: Point) => each.vectors[using] && cosine(wanted, each.vectors[using])
        : sparseScore(wanted, using, [...points.values()])
      return matching(filter)
        .flatMap(each => {
          const value = score(each)
          return value === undefined ? [] : [{ id: each.id, score: value, payload: each.payload }]
        })
        .toSorted((a, b) => b.score - a.score)
        .slice(0, limit)
    },
  }
}

/** Dot product with the inverse document frequency of the whole collection; no overlap, no hit. */
function sparseScore(query: z.infer<typeof Sparse>, name: string, all: readonly Point[]) {
  const vectors = new Map(
    all.map(each => {
      const { indices, values } = parsed(Sparse, each.vectors[name] ?? { indices: [], values: [] })
      return [each, new Map(indices.map((index, at) => [index, values[at] ?? 0]))]
    }),
  )
  const idf = query.indices.map(index => {
    const holding = [...vectors.values()].filter(vector => vector.has(index)).length
    return Math.log(1 + (all.length - holding + 0.5) / (holding + 0.5))
  })
  return (point: Point): number | undefined => {
    const vector = vectors.get(point)
    const parts = query.indices.map(
      (index, at) => (vector?.get(index) ?? 0) * (query.values[at] ?? 0) * (idf[at] ?? 0),
    )
    const sum = parts.reduce((a, b) => a + b, 0)
    return sum === 0 ? undefined : sum
  }
}

function cosine(a: readonly number[], b: unknown): number {
  const other = parsed(z.array(z.number()), b)
  const dot = a.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0)
  return dot / (Math.hypot(...a) * Math.hypot(...other) || 1)
}

function holds(value: unknown, { match, range }: z.infer<typeof Condition>): boolean {
  const values = Array.isArray(value) ? value : [value]
  if (range !== undefined) {
    const gte = range.gte ?? -Infinity
    const lte = range.lte ?? Infinity
    const lt = range.lt ?? Infinity
    return values.some(each => typeof each === 'number' && each >= gte && each <= lte && each < lt)
  }
  if (match === undefined) return true
  return 'value' in match
    ? values.includes(match.value)
    : values.some(each => match.any.some(wanted => wanted === each))
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new QdrantRefusal(
    400,
    `Format error in JSON body: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}
