/**
 * Threads in which models work, so that the event loop never waits for one. They are started when
 * there is work, and ended when there is none: a loaded model is hundreds of megabytes.
 */
import type { Worker } from 'node:worker_threads'
import { startThread } from '../../workers/start.ts'
import { EmbeddingError, type EmbedOptions } from './embedder.ts'
import { Answer, errorOfFailure, type Question } from './worker-messages.ts'

/** What the threads are started with. */
export interface PoolOptions {
  /** The thread's file, see `threadEntry`. */
  readonly entry: URL
  /** What the thread finds in its `workerData`. */
  readonly data?: unknown
  /** Threads at most. */
  readonly size: number
  /** How long a thread may have nothing to do before it is ended. Default a minute. */
  readonly idleMs?: number
}

/** Gives texts to threads. */
export interface WorkerPool {
  /** Vectors of the texts. Queries overtake passages that wait. */
  run(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>
  /** How many threads there are right now. */
  threads(): number
  close(): Promise<void>
}

const IDLE_MS = 60_000

interface Job {
  readonly texts: readonly string[]
  done(vectors: Float32Array[]): void
  fail(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  job: Job | undefined
  idle: NodeJS.Timeout | undefined
}

/** A pool without threads; they come with the first text. */
export function createWorkerPool({ entry, data, size, idleMs = IDLE_MS }: PoolOptions): WorkerPool {
  const threads = new Set<Thread>()
  const waiting = { query: new Set<Job>(), passage: new Set<Job>() }
  let closed = false

  function start(): Thread {
    const worker = startThread(entry, { workerData: data, stdout: true })
    // Standard output belongs to the protocol; libraries greet and warn there.
    worker.stdout.resume()
    const thread: Thread = { worker, job: undefined, idle: undefined }
    worker.on('message', message => finish(thread, message))
    worker.on('error', error => lose(thread, error))
    worker.on('exit', () => lose(thread, undefined))
    threads.add(thread)
    return thread
  }

  function dispatch(): void {
    for (const job of [...waiting.query, ...waiting.passage]) {
      const free = [...threads].find(thread => thread.job === undefined)
      const thread = free ?? (threads.size < size ? start() : undefined)
      if (thread === undefined) return
      waiting.query.delete(job)
      waiting.passage.delete(job)
      clearTimeout(thread.idle)
      thread.job = job
      thread.worker.ref()
      thread.worker.postMessage({ texts: [...job.texts] } satisfies Question, [])
    }
  }

  function finish(thread: Thread, message: unknown): void {
    const { job } = thread
    thread.job = undefined
    // A thread without work keeps no process alive.
    thread.worker.unref()
    thread.idle = setTimeout(() => end(thread), idleMs).unref()
    const answer = Answer.safeParse(message)
    if (!answer.success) job?.fail(new EmbeddingError('BAD_ANSWER', 'The model answered nonsense'))
    else if ('failure' in answer.data) job?.fail(errorOfFailure(answer.data.failure))
    else job?.done(answer.data.vectors)
    dispatch()
  }

  /** A thread that died takes its job with it; the next one gets a new thread. */
  function lose(thread: Thread, error: unknown): void {
    if (!threads.delete(thread)) return
    clearTimeout(thread.idle)
    thread.job?.fail(
      new EmbeddingError('UNREACHABLE', 'The thread with the model ended', {
        hint: 'It may have run out of memory.',
        retryable: true,
        cause: error,
      }),
    )
    if (!closed) dispatch()
  }

  async function end(thread: Thread): Promise<void> {
    lose(thread, undefined)
    await thread.worker.terminate()
  }

  return {
    threads: () => threads.size,
    run: (texts, { kind, signal }) =>
      new Promise((resolve, reject) => {
        if (closed) throw new EmbeddingError('UNREACHABLE', 'The model has been closed')
        signal?.throwIfAborted()
        const forget = () => {
          waiting[kind].delete(job)
          // One that has begun goes on in its thread, which cannot be stopped short of ending it.
          reject(signal?.reason)
        }
        const job: Job = {
          texts,
          done(vectors) {
            signal?.removeEventListener('abort', forget)
            resolve(vectors)
          },
          fail(error) {
            signal?.removeEventListener('abort', forget)
            reject(error)
          },
        }
        signal?.addEventListener('abort', forget, { once: true })
        waiting[kind].add(job)
        dispatch()
      }),
    async close() {
      closed = true
      for (const job of [...waiting.query, ...waiting.passage]) {
        job.fail(new EmbeddingError('UNREACHABLE', 'The model has been closed'))
      }
      waiting.query.clear()
      waiting.passage.clear()
      await Promise.all([...threads].map(end))
    },
  }
}
