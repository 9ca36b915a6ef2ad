/** Threads of one kind, and the calls that wait for one of them. */
import type { Worker } from 'node:worker_threads'
import { IndexError } from '../index/errors.ts'
import { CLOSE, type Reply, type Request, unpackError } from './messages.ts'

/** Threads that answer calls, as many at once as there are threads. */
export interface Threads {
  /** @throws what the function throws; IndexError `WORKER_DIED`, `CLOSED`; the signal's reason */
  call(request: Request, signal: AbortSignal | undefined): Promise<unknown>
  /** Answers what waits, then ends the threads. */
  close(): Promise<void>
}

interface Call {
  readonly request: Request
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  /** Undefined while what it needs is being waited for. */
  worker: Worker | undefined
  state: 'starting' | 'idle' | 'busy'
  current: Call | undefined
}

/**
 * Threads that are started when they are needed, and anew after one died. Calls wait here and not in
 * a thread's own queue, so that one that is given up is never made.
 * @param size the greatest number of threads
 * @param start may wait for what the thread needs
 */
export function createThreads(size: number, start: () => Promise<Worker>): Threads {
  const waiting: Call[] = []
  const threads = new Set<Thread>()
  let isClosed = false
  let onRest = () => {}

  function pump(): void {
    for (const thread of threads) {
      if (thread.state === 'idle') giveWork(thread)
    }
    const starting = [...threads].filter(({ state }) => state === 'starting').length
    if (waiting.length > starting && threads.size < size) void startOne()
    if (waiting.length === 0 && [...threads].every(({ state }) => state === 'idle')) onRest()
  }

  function giveWork(thread: Thread): void {
    const call = waiting.shift()
    // A thread at rest does not keep the process alive; one with a call to answer does.
    if (call === undefined) {
      thread.worker?.unref()
      return
    }
    try {
      thread.worker?.postMessage(call.request)
    } catch (error) {
      call.reject(error) // Something that cannot be copied.
      giveWork(thread)
      return
    }
    thread.worker?.ref()
    thread.state = 'busy'
    thread.current = call
  }

  async function startOne(): Promise<void> {
    const thread: Thread = { worker: undefined, state: 'starting', current: undefined }
    threads.add(thread)
    try {
      thread.worker = await start()
    } catch (error) {
      onFailedStart(thread, error)
      return
    }
    thread.worker.on('message', (reply: Reply) => onReply(thread, reply))
    thread.worker.on('error', error => onEnd(thread, error))
    thread.worker.on('exit', () => onEnd(thread, undefined))
  }

  function onReply(thread: Thread, reply: Reply): void {
    const { state, current } = thread
    if (state === 'starting' && !reply.ok) {
      onFailedStart(thread, unpackError(reply.error))
      return
    }
    thread.state = 'idle'
    thread.current = undefined
    if (reply.ok) current?.resolve(reply.value)
    else current?.reject(unpackError(reply.error))
    pump()
  }

  function onEnd(thread: Thread, cause: unknown): void {
    if (!threads.has(thread)) return
    const error = new IndexError('WORKER_DIED', 'The thread of the search index ended', {
      fix: 'It is started anew: try again.',
      cause,
    })
    if (thread.state === 'starting') {
      onFailedStart(thread, error)
      return
    }
    threads.delete(thread)
    thread.current?.reject(error)
    pump()
  }

  /** Where no other thread is left, nobody would answer what waits. The next call tries again. */
  function onFailedStart(thread: Thread, error: unknown): void {
    threads.delete(thread)
    if (threads.size > 0) return
    for (const call of waiting.splice(0)) call.reject(error)
    pump()
  }

  function call(request: Request, signal: AbortSignal | undefined): Promise<unknown> {
    if (isClosed) return Promise.reject(closed())
    if (signal?.aborted) return Promise.reject(signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const waits: Call = { request, resolve, reject }
    const giveUp = () => {
      const at = waiting.indexOf(waits)
      if (at >= 0) waiting.splice(at, 1)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', giveUp)
    waiting.push(waits)
    pump()
    return promise.finally(() => signal?.removeEventListener('abort', giveUp))
  }

  async function close(): Promise<void> {
    isClosed = true
    await new Promise<void>(resolve => {
      onRest = resolve
      pump()
    })
    const ending = [...threads].map(({ worker }) => worker && ended(worker))
    threads.clear()
    await Promise.all(ending)
  }

  return { call, close }
}

function ended(worker: Worker): Promise<unknown> {
  const exit = new Promise(resolve => worker.once('exit', resolve))
  worker.ref()
  worker.postMessage(CLOSE, [])
  return exit
}

function closed(): IndexError {
  return new IndexError('CLOSED', 'The search index has been closed')
}
