/**
 * Keeps the index like what users have in Nextcloud: lists what changed, and works through the jobs
 * that come of it, for as long as it runs or until nothing is left to do now.
 */
import { randomUUID } from 'node:crypto'
import type { DocumentType } from '../document.ts'
import type { Generation } from '../index/search-index.ts'
import { backoff } from './backoff.ts'
import { workOnBatch } from './batch.ts'
import { type Bell, createBell } from './bell.ts'
import type { SyncContext, SyncParts } from './context.ts'
import { activateWhenThrough, openGeneration } from './generation.ts'
import { listUser } from './listing.ts'

/** A running or waiting sync. */
export interface Sync {
  /** Works until {@link Sync.stop}. */
  start(): void
  /**
   * Lists everything now and works through what comes of it; what has to wait stays for later.
   * @throws what keeps it from beginning: no model, no index, nobody who tells the users
   */
  once(signal?: AbortSignal): Promise<void>
  /** Has sources listed soon. @param user undefined: of everybody */
  hint(user: string | undefined, types: readonly DocumentType[]): Promise<void>
  /** Wakes those who wait for jobs, as after dead letters were revived. */
  wake(): void
  /** Why nothing is indexed for anybody now; undefined: it is. */
  trouble(): string | undefined
  /** Ends what runs; what it was at goes on the next time. */
  stop(): Promise<void>
}

/** Users that one process lists at a time. */
const LISTED_AT_ONCE = 2
/** How often to look for what other processes have left to do. */
const LOOK_EVERY_MS = 5_000

/** A sync of these parts; it does nothing until it is started. */
export function createSync(parts: SyncParts): Sync {
  const bell = createBell()
  const ending = new AbortController()
  const context: SyncContext = {
    calm: async () => {},
    now: Date.now,
    random: Math.random,
    hooks: {},
    ...parts,
    owner: randomUUID(),
    signal: ending.signal,
  }
  const { ledger, now } = context
  const trouble = new Map<string, string>()
  let running: Promise<unknown> = Promise.resolve()

  /** Goes on for ever; what fails is told and tried again later. */
  async function loop(where: string, round: () => Promise<number>): Promise<void> {
    let failures = 0
    while (!ending.signal.aborted) {
      const heard = bell.rings()
      let wait: number
      try {
        wait = await round()
        if (failures > 0) trouble.delete(where)
        failures = 0
      } catch (error) {
        if (ending.signal.aborted) return
        context.hooks.onTrouble?.(where, error)
        trouble.set(where, messageOf(error))
        wait = backoff('service', ++failures, context.random)
      }
      if (wait > 0) await bell.wait(wait, ending.signal, heard)
    }
  }

  let looked: { readonly at: number; readonly generation: number } | undefined
  async function listRound(): Promise<number> {
    const generation = await openGeneration(context, ending.signal)
    // At once for a new generation: one that nobody has anything in would count as complete.
    const isNew = looked?.generation !== generation.id
    if (isNew || now() - (looked?.at ?? 0) >= context.settings.usersEveryMs) {
      await lookForUsers(context, generation)
      looked = { at: now(), generation: generation.id }
    }
    if (await listDue(context, generation, bell)) return 0
    await activateWhenThrough(context, generation)
    return LOOK_EVERY_MS
  }

  let stopFailures = 0
  async function workRound(): Promise<number> {
    const generation = await openGeneration(context, ending.signal)
    const { taken, stop } = await workOnBatch(context, generation.id)
    if (stop !== undefined) {
      trouble.set('vectors', stop.reason.message)
      return backoff('service', ++stopFailures, context.random)
    }
    // That there was nothing to do says nothing about whether it could be done.
    if (taken > 0) {
      trouble.delete('vectors')
      stopFailures = 0
    }
    return taken > 0 ? 0 : LOOK_EVERY_MS
  }

  return {
    start() {
      const lanes = Array.from({ length: context.settings.workers }, () =>
        loop('indexing', workRound),
      )
      running = Promise.all([loop('listing', listRound), ...lanes])
    },

    async once(signal) {
      signal?.addEventListener('abort', () => ending.abort(signal.reason))
      const generation = await openGeneration(context, ending.signal)
      await lookForUsers(context, generation)
      await ledger.hasten(
        undefined,
        context.sources.map(({ type }) => type),
        now(),
      )
      running = runOnce(context, generation, bell)
      await running
    },

    async hint(user, types) {
      if ((await ledger.hasten(user, types, now())) > 0) bell.ring()
    },

    wake: bell.ring,
    trouble: () => trouble.values().next().value,

    async stop() {
      ending.abort(new Error('sync was stopped'))
      await running.catch(() => {})
    },
  }
}

/** Notes who is there; forgets those who have not been there for long. */
async function lookForUsers(context: SyncContext, generation: Generation): Promise<void> {
  const { access, sources, ledger, index, settings, now } = context
  const users = await access.users()
  await ledger.present(
    generation.id,
    users,
    sources.map(({ type }) => type),
    now(),
  )
  for (const user of await ledger.absentSince(now() - settings.graceMs)) {
    await index.forget(user)
    await ledger.forget(user)
  }
}

/** Lists users who are due, some at a time; whether there were any. */
async function listDue(context: SyncContext, { id }: Generation, bell: Bell): Promise<boolean> {
  const { ledger, signal, now } = context
  const due = await ledger.dueUsers(id, now(), LISTED_AT_ONCE)
  await Promise.all(
    due.map(async user => {
      if (!signal.aborted) await listUser(context, id, user)
      bell.ring()
    }),
  )
  return due.length > 0
}

async function runOnce(context: SyncContext, generation: Generation, bell: Bell): Promise<void> {
  const { signal, settings } = context
  let isListing = true
  const list = async () => {
    try {
      while (!signal.aborted && (await listDue(context, generation, bell))) {}
    } finally {
      isListing = false
      bell.ring()
    }
  }
  const work = async () => {
    for (;;) {
      // Asked before: what a listing finds while nothing is there yet is not to be missed.
      const [mayCome, heard] = [isListing, bell.rings()]
      const { taken, stop } = await workOnBatch(context, generation.id)
      if (signal.aborted || stop !== undefined) return stop
      if (taken > 0) continue
      if (!mayCome) return undefined
      await bell.wait(LOOK_EVERY_MS, signal, heard)
    }
  }
  const lanes = Array.from({ length: settings.workers }, work)
  const [, ...stops] = await Promise.all([list(), ...lanes])
  signal.throwIfAborted()
  const stop = stops.find(each => each !== undefined)
  if (stop !== undefined) throw new Error(stop.reason.message)
  await activateWhenThrough(context, generation)
}

/** Errors whose messages are for people; others may name what is nobody's business. */
const FOR_PEOPLE = ['IndexError', 'EmbeddingError', 'VaultError', 'CodedError']

function messageOf(error: unknown): string {
  const isTold = error instanceof Error && FOR_PEOPLE.includes(error.name)
  return isTold ? error.message : 'A fault of this server; its log tells more'
}
