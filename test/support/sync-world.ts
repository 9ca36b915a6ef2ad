/**
 * A small world to sync: users with documents that can be changed, listings that can fail in every
 * way, an embedder with deterministic vectors, an index in memory; a clock that is moved by hand, and
 * processes that can be killed between any two steps.
 */
import type { Scope } from '../../src/identity/scopes.ts'
import { createNextcloud } from '../../src/nextcloud/session.ts'
import { createChunker } from '../../src/search/chunk/chunker.ts'
import type { DocumentContent, DocumentType } from '../../src/search/document.ts'
import type { Embedder } from '../../src/search/embed/embedder.ts'
import type { SearchIndex } from '../../src/search/index/search-index.ts'
import type { Ledger } from '../../src/search/ledger/ledger.ts'
import type { DocumentSource, ListingEnd } from '../../src/search/source.ts'
import type { SyncAccess, SyncParts, SyncSettings } from '../../src/search/sync/context.ts'
import { createSync, type Sync } from '../../src/search/sync/sync.ts'
import { startBackend } from './backend.ts'
import { type RecordingIndex, recordingIndex } from './recording-index.ts'
import { openTestLedger } from './search.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** A document of the world. */
export interface WorldDocument {
  text: string
  version: number
  /** Whether the listing brings the text along. */
  inline?: boolean
  /** Thrown when it is read. */
  broken?: () => Error
}

/** One app of one user. */
export interface Shelf {
  readonly documents: Map<string, WorldDocument>
  /** Told by name in the next listing, once. */
  readonly removed: string[]
  /** Takes the place of the listing. */
  listing: (() => Promise<ListingEnd>) | undefined
}

export interface World {
  now: number
  readonly shelves: (user: string, type?: DocumentType) => Shelf
  /** Who gave access; taken away by deleting. */
  readonly users: Map<string, ReadonlySet<Scope> | undefined>
  readonly index: RecordingIndex
  readonly ledger: Ledger
  readonly embedder: Embedder & {
    texts: number
    fail: ((texts: readonly string[]) => void) | undefined
  }
  /** Reads and listings so far, as `read alice note 1`. */
  readonly log: string[]
  readonly settings: SyncSettings
  /** Thrown when a session of a user is opened. */
  refuse: ((user: string) => Error | undefined) | undefined
  readonly sources: DocumentSource[]
  /** Another process. */
  sync(more?: Partial<SyncParts>): Sync
  /** One run of a new process. */
  once(more?: Partial<SyncParts>): Promise<void>
  put(
    user: string,
    id: string,
    text: string,
    more?: Partial<WorldDocument>,
    type?: DocumentType,
  ): void
  /** What the index has of a user: title, and all of the text. */
  found(user: string, generation?: number): Record<string, string>
  close(): Promise<void>
}

/** Makes one, with alice and bob. */
export async function createWorld(types: readonly DocumentType[] = ['note']): Promise<World> {
  const backend = await startBackend()
  const nextcloud = createNextcloud({ baseUrl: backend.url })
  const all = new Map<string, Shelf>()
  const { ledger, close } = openTestLedger(':memory:')
  const index = recordingIndex()
  const log: string[] = []
  const users: World['users'] = new Map([
    ['alice', undefined],
    ['bob', undefined],
  ])
  const owners = new WeakMap<object, string>()

  const shelves = (user: string, type: DocumentType = 'note'): Shelf => {
    const key = `${user} ${type}`
    const shelf = all.get(key) ?? { documents: new Map(), removed: [], listing: undefined }
    all.set(key, shelf)
    return shelf
  }
  const contentOf = (id: string, { text, broken }: WorldDocument): DocumentContent => {
    if (broken !== undefined) throw broken()
    return {
      title: `Document ${id}`,
      text,
      format: 'plain',
      pages: [],
      pageCount: undefined,
      category: '',
      path: `/${id}.txt`,
      modifiedAt: undefined,
      url: undefined,
    }
  }
  const sourceOf = (type: DocumentType): DocumentSource => ({
    type,
    title: type,
    scope: type === 'note' ? 'notes:read' : 'files:read',
    async list(session, state, sink) {
      const user = owners.get(session) ?? ''
      log.push(`list ${user} ${type}`)
      const { documents, removed, listing } = shelves(user, type)
      if (listing !== undefined) return listing()
      const names = [...documents].map(([id, { version }]) => [id, version])
      const next = JSON.stringify(names)
      if (state === next && removed.length === 0) return { kind: 'unchanged', state }
      const before = new Map<string, number>(state === undefined ? [] : JSON.parse(state))
      for (const [id, document] of documents) {
        if (before.get(id) === document.version) await sink.unchanged([id])
        else {
          const content = document.inline ? { content: contentOf(id, document) } : {}
          await sink.found([{ id, etag: `${document.version}`, ref: `ref ${id}`, ...content }])
        }
      }
      await sink.removed(removed.splice(0))
      return { kind: 'all', state: next }
    },
    async read(session, { id, ref }) {
      const user = owners.get(session) ?? ''
      log.push(`read ${user} ${type} ${id}`)
      if (ref !== `ref ${id}`) throw new Error('the ref was lost')
      const document = shelves(user, type).documents.get(id)
      return document && contentOf(id, document)
    },
    verify: async () => new Map(),
  })
  const sources = types.map(sourceOf)

  const access: SyncAccess = {
    users: async () => [...users.keys()],
    async open(user, signal) {
      const refused = world.refuse?.(user)
      if (refused !== undefined) throw refused
      const session = nextcloud.open({ kind: 'basic', ...backend.alice }, signal)
      owners.set(session, user)
      return session
    },
    scopes: async user => users.get(user),
  }
  const embedder: World['embedder'] = {
    model: 'stub:1',
    texts: 0,
    fail: undefined,
    dimension: async () => 4,
    async embed(texts) {
      embedder.fail?.(texts)
      embedder.texts += texts.length
      return texts.map(text => vectorOf(text))
    },
    health: async () => undefined,
    close: async () => {},
  }

  const world: World = {
    now: Date.parse('2026-05-01T12:00:00Z'),
    shelves,
    users,
    index,
    ledger,
    embedder,
    log,
    sources,
    refuse: undefined,
    settings: {
      intervalMs: 5 * MINUTE,
      usersEveryMs: MINUTE,
      batchSize: 8,
      workers: 2,
      leaseMs: MINUTE,
      maxAttempts: 3,
      graceMs: HOUR,
      confirmMs: MINUTE,
    },
    sync: more =>
      createSync({
        ledger,
        index,
        embedder,
        sources,
        access,
        settings: world.settings,
        chunker: createChunker({ size: 200, overlap: 20 }),
        now: () => world.now,
        random: () => 0.5,
        ...more,
      }),
    async once(more) {
      const sync = world.sync(more)
      await sync.once()
      await sync.stop()
    },
    put(user, id, text, more, type) {
      const { documents } = shelves(user, type)
      const version = (documents.get(id)?.version ?? 0) + 1
      documents.set(id, { text, version, ...more })
    },
    found: (user, generation) => index.texts(user, generation),
    async close() {
      await nextcloud.close()
      await backend.close()
      close()
    },
  }
  return world
}

function vectorOf(text: string): Float32Array {
  const values = [0, 1, 2, 3].map(at => 1 + (text.charCodeAt(at * 7) || 0))
  const length = Math.hypot(...values)
  return Float32Array.from(values, value => value / length)
}

/** A process that dies at one of its steps. */
export interface Doomed {
  readonly parts: Partial<SyncParts>
  /** Resolves when it has died. */
  readonly died: Promise<void>
}

/**
 * The parts of a world as a process has them that dies in its nth call of ledger, index, embedder or
 * source: before it takes effect, or after. Nothing that it calls afterwards does anything.
 */
export function doomed(world: World, step: number, when: 'before' | 'after'): Doomed {
  let calls = 0
  let isDead = false
  const { promise: died, resolve } = Promise.withResolvers<void>()
  const never = new Promise<never>(() => {})
  const die = () => {
    isDead = true
    resolve()
    return never
  }
  const mortal = <T extends object>(thing: T): T =>
    new Proxy(thing, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (isDead) return never
          const isLast = ++calls === step
          if (isLast && when === 'before') return die()
          const result: unknown = await value.apply(target, args)
          return isDead || isLast ? die() : result
        }
      },
    })
  const { ledger, index, embedder, sources } = world
  return {
    parts: {
      ledger: mortal<Ledger>(ledger),
      index: mortal<SearchIndex>(index),
      embedder: mortal<Embedder>(embedder),
      sources: sources.map(source => mortal(source)),
    },
    died,
  }
}
