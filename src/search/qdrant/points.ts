/** A passage as a point of Qdrant, and back. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  type Chunk,
  DOCUMENT_TYPES,
  type DocumentKey,
  type EmbeddedChunk,
  type IndexedDocument,
} from '../document.ts'
import { comparablePath } from '../index/path.ts'
import type { IndexHit, SearchFilter } from '../index/search-index.ts'
import { DENSE, SPARSE } from './generations.ts'
import { type SparseVector, sparsePassage } from './sparse.ts'

const optional = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform(value => value ?? undefined)

const Payload = z.object({
  type: z.enum(DOCUMENT_TYPES),
  id: z.string(),
  ref: optional(z.string()),
  title: z.string(),
  category: z.string(),
  path: optional(z.string()),
  url: optional(z.string()),
  modified_at: optional(z.number()),
  page_count: optional(z.number()),
  chunk: z.number(),
  chunk_count: z.number(),
  text: z.string(),
  start: z.number(),
  end: z.number(),
  page: optional(z.number()),
  page_end: optional(z.number()),
})

/** Stands for the passage of a document that has none, so that the document is known. */
const NO_CHUNK: Chunk = {
  index: -1,
  text: '',
  start: 0,
  end: 0,
  page: undefined,
  pageEnd: undefined,
}

/** The points of a document, one for each passage. */
export function pointsOf(
  user: string,
  document: IndexedDocument,
  chunks: readonly EmbeddedChunk[],
) {
  if (chunks.length === 0) return [point(user, document, NO_CHUNK, 0, {})]
  return chunks.map(chunk =>
    point(user, document, chunk, chunks.length, {
      [DENSE]: [...chunk.vector],
      [SPARSE]: sparsePassage(chunk.index === 0 ? document.title : '', chunk.text),
    }),
  )
}

/** A point's id says whose and which it is: storing it twice is storing it once. */
function point(
  user: string,
  document: IndexedDocument,
  chunk: Chunk,
  chunkCount: number,
  vector: Record<string, number[] | SparseVector>,
) {
  return {
    id: pointId(user, document, chunk.index),
    vector,
    payload: {
      user,
      document: documentKey(document),
      folders: document.path === undefined ? [] : foldersOf(document.path),
      type: document.type,
      id: document.id,
      ref: document.ref,
      title: document.title,
      category: document.category,
      path: document.path,
      url: document.url,
      modified_at: document.modifiedAt,
      page_count: document.pageCount,
      chunk: chunk.index,
      chunk_count: chunkCount,
      text: chunk.text,
      start: chunk.start,
      end: chunk.end,
      page: chunk.page,
      page_end: chunk.pageEnd,
    },
  }
}

/** The passage of a point that matched; undefined for one that this server did not write. */
export function hitOf(point: { payload?: unknown; score?: number }): IndexHit | undefined {
  const { data } = Payload.safeParse(point.payload)
  if (data === undefined) return undefined
  return {
    document: {
      type: data.type,
      id: data.id,
      ref: data.ref,
      title: data.title,
      category: data.category,
      path: data.path,
      url: data.url,
      modifiedAt: data.modified_at,
      pageCount: data.page_count,
    },
    chunk: chunkOf(data),
    chunkCount: data.chunk_count,
    score: point.score ?? 0,
  }
}

function chunkOf(data: z.infer<typeof Payload>): Chunk {
  const { chunk: index, text, start, end, page, page_end: pageEnd } = data
  return { index, text, start, end, page, pageEnd }
}

/** Bounds of a number; null: none. */
interface Range {
  gte?: number | null
  lte?: number | null
  lt?: number | null
}

/** A condition on a payload index. */
type Condition =
  | { key: string; match: { value: string } | { any: string[] } }
  | { key: string; range: Range }

/** All of these. */
export interface PointFilter {
  must: Condition[]
  must_not?: Condition[]
}

/** Points of a user's that count. The user is part of every filter there is. */
export function filterOf(user: string, filter: SearchFilter = {}): PointFilter {
  const { types, modifiedAfter, modifiedBefore, pathPrefixes } = filter
  return {
    must: [
      { key: 'user', match: { value: user } },
      ...(types === undefined ? [] : [{ key: 'type', match: { any: [...types] } }]),
      ...(modifiedAfter === undefined && modifiedBefore === undefined
        ? []
        : [
            {
              key: 'modified_at',
              range: { gte: modifiedAfter ?? null, lte: modifiedBefore ?? null },
            },
          ]),
      ...(pathPrefixes === undefined
        ? []
        : [{ key: 'folders', match: { any: pathPrefixes.map(comparablePath) } }]),
    ],
  }
}

/** Of those that a filter chooses the passages from one to another; without bounds all of them. */
export function passagesIn(filter: PointFilter, from = 0, to?: number): PointFilter {
  return { must: [...filter.must, { key: 'chunk', range: { gte: from, lte: to ?? null } }] }
}

/** Of those that a filter chooses one for each document. */
export function onePerDocument(filter: PointFilter): PointFilter {
  return { must: [...filter.must, { key: 'chunk', range: { lte: 0 } }] }
}

/** Points of some documents of a user's. */
export function documentsFilter(user: string, documents: readonly DocumentKey[]): PointFilter {
  return {
    must: [
      { key: 'user', match: { value: user } },
      { key: 'document', match: { any: documents.map(documentKey) } },
    ],
  }
}

function documentKey({ type, id }: DocumentKey): string {
  return `${type}:${id}`
}

/** The path with all folders above it, the topmost `''` first. */
function foldersOf(path: string): string[] {
  const segments = comparablePath(path).split('/')
  return segments.map((_, at) => segments.slice(0, at + 1).join('/'))
}

/** A UUID of this making (RFC 9562, version 8). */
function pointId(user: string, document: DocumentKey, index: number): string {
  const name = JSON.stringify([user, document.type, document.id, index])
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
