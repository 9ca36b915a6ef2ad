/**
 * A few threads that parse. A file may do there what it will: take for ever, fill the memory, bring
 * the thread down. It costs that thread, and the next job gets a new one.
 */
import { DocumentError, type ExtractedDocument } from '../document.ts'
import type { Limits } from '../limits.ts'
import type { Job, WorkerSetup } from './messages.ts'
import { startParser, type Thread } from './thread.ts'

/** How a pool works. */
export interface PoolOptions extends WorkerSetup {
  readonly limits: Limits
  /** Most threads at a time. */
  readonly threads: number
  /** A thread without work ends after this. */
  readonly idleMs: number
}

/** What belongs to one job beside the file. */
export interface JobOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** Threads that start when they are needed. */
export interface Pool {
  /** @throws DocumentError, and the signal's reason */
  run(job: Job, options?: JobOptions): Promise<ExtractedDocument>
  /** How many threads there are. */
  readonly size: number
  /** Ends all of them; jobs under way fail. */
  close(): Promise<void>
}

/** Jobs that may wait: each holds a whole file. */
const MOST_WAITING = 32

/** Nothing is started yet. */
export function createPool(options: PoolOptions): Pool {
  const { limits, threads, idleMs } = options
  const idle = new Map<Thread, NodeJS.Timeout>()
  const busy = new Set<Thread>()
  const waiting: (() => void)[] = []
  let isClosed = false

  async function acquire(signal: AbortSignal | undefined): Promise<Thread> {
    if (isClosed) throw closed()
    while (idle.size === 0 && busy.size >= threads) {
      await turn(signal)
      if (isClosed) throw closed()
    }
    const thread = rested() ?? startParser(options)
    busy.add(thread)
    return thread
  }

  function rested(): Thread | undefined {
    for (const [thread, timer] of idle) {
      clearTimeout(timer)
      idle.delete(thread)
      if (!thread.isOver) return thread
    }
    return undefined
  }

  /** Waits until a thread is free; whoever stops waiting leaves the queue. */
  function turn(signal: AbortSignal | undefined): Promise<void> {
    if (waiting.length >= MOST_WAITING) {
      throw new DocumentError('TIMED_OUT', 'Too many documents are being read at the moment')
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.splice(waiting.indexOf(proceed), 1)
        reject(signal?.reason)
      }
      const proceed = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      waiting.push(proceed)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  /** A thread that a file has been through badly is not trusted with another. */
  function release(thread: Thread, isSound: boolean): void {
    busy.delete(thread)
    if (isSound && !isClosed) {
      const end = () => {
        idle.delete(thread)
        void thread.end()
      }
      idle.set(thread, setTimeout(end, idleMs).unref())
    } else {
      void thread.end()
    }
    waiting.shift()?.()
  }

  return {
    get size() {
      return idle.size + busy.size
    },
    async run(job, { signal, onProgress } = {}) {
      signal?.throwIfAborted()
      for (;;) {
        const thread = await acquire(signal)
        const { isFresh } = thread
        let isSound = false
        try {
          const document = await thread.run(job, { signal, onProgress, timeMs: limits.timeMs })
          isSound = true
          return document
        } catch (error) {
          if (isClosed) throw closed()
          // It may be the file before that struck late: this one is judged in a thread of its own.
          if (isFresh || !thread.isLost) throw error
        } finally {
          release(thread, isSound)
        }
      }
    },
    async close() {
      isClosed = true
      const threads = [...idle.keys(), ...busy]
      for (const timer of idle.values()) clearTimeout(timer)
      idle.clear()
      for (const proceed of waiting.splice(0)) proceed()
      await Promise.all(threads.map(thread => thread.end()))
    },
  }
}

function closed(): DocumentError {
  return new DocumentError('TIMED_OUT', 'This server is stopping')
}
