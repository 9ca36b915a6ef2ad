/** One thread that parses, watched from outside: its time, its memory, its end. */
import type { Worker } from 'node:worker_threads'
import { startThread, threadEntry } from '../../workers/start.ts'
import { DocumentError, type ExtractedDocument } from '../document.ts'
import type { Limits } from '../limits.ts'
import type { Answer, Job, WorkerSetup } from './messages.ts'

/** What a job may take, and who wants to know. */
export interface Watch {
  readonly timeMs: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined
}

/** A started thread; does one job at a time. */
export interface Thread {
  /** Whether it can take no more jobs. */
  readonly isOver: boolean
  /** Whether no file has been in it. */
  readonly isFresh: boolean
  /** Whether a job ended because the thread crashed or took too much memory. */
  readonly isLost: boolean
  /** @throws DocumentError, and the signal's reason; the thread may be gone then */
  run(job: Job, watch: Watch): Promise<ExtractedDocument>
  /** Ends it at once, whatever it does. */
  end(): Promise<void>
}

const MEMORY_CHECK_MS = 50
const MEBIBYTE = 1024 * 1024

/** Starts a thread that knows nothing of the environment and writes nowhere. */
export function startParser({ limits, ocr }: WorkerSetup & { readonly limits: Limits }): Thread {
  const setup: WorkerSetup = { ocr }
  const worker = startThread(threadEntry('parser', import.meta.url), {
    workerData: setup,
    env: {},
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    // What libraries print would otherwise come between the messages of the protocol.
    stdout: true,
    stderr: true,
  })
  worker.stdout.resume()
  worker.stderr.resume()
  worker.unref()
  worker.on('error', () => {}) // Told to whoever waits for a job.
  let isOver = false
  let isFresh = true
  let isLost = false
  worker.on('exit', () => {
    isOver = true
  })
  const lost = () => {
    isLost = true
  }

  return {
    get isOver() {
      return isOver
    },
    get isFresh() {
      return isFresh
    },
    get isLost() {
      return isLost
    },
    run(job, watch) {
      isFresh = false
      return run(worker, job, watch, limits, lost)
    },
    async end() {
      await worker.terminate()
    },
  }
}

function run(
  worker: Worker,
  job: Job,
  { timeMs, signal, onProgress }: Watch,
  limits: Limits,
  lost: () => void,
): Promise<ExtractedDocument> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const onMessage = (answer: Answer) => {
      if (answer.kind === 'progress') onProgress?.(answer.done, answer.total)
      else if (answer.kind === 'document') finish(() => resolve(answer.document))
      else fail(new DocumentError(answer.code, answer.message, { permanent: answer.permanent }))
    }
    const onError = (error: unknown) => lose(errorOfCrash(error, limits))
    const onExit = () => lose(errorOfCrash(undefined, limits))
    const onAbort = () => fail(signal?.reason)
    const timer = setTimeout(() => fail(tookTooLong(timeMs)), timeMs)
    const memory = watchMemory(worker, limits, () => lose(tookTooMuch(limits)))

    const finish = (settle: () => void) => {
      clearTimeout(timer)
      clearInterval(memory)
      signal?.removeEventListener('abort', onAbort)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref()
      settle()
    }
    const fail = (reason: unknown) => finish(() => reject(reason))
    const lose = (reason: unknown) => {
      lost()
      fail(reason)
    }

    worker.on('message', onMessage).on('error', onError).on('exit', onExit).ref()
    signal?.addEventListener('abort', onAbort, { once: true })
    // The caller keeps the bytes: another reader may be tried with them.
    const bytes = new Uint8Array(job.bytes)
    worker.postMessage({ ...job, bytes }, [bytes.buffer])
  })
}

/**
 * What lies outside of the heap (buffers, decoded pictures, unpacked streams) no limit of V8 holds.
 * Node before 22.16 cannot tell it of a thread: there the growth of the process is taken for it.
 */
function watchMemory(worker: Worker, limits: Limits, exceeded: () => void): NodeJS.Timeout {
  const most = limits.memoryMb * MEBIBYTE
  const before = process.memoryUsage.rss()
  const check = async () => {
    const outside =
      'getHeapStatistics' in worker
        ? (await worker.getHeapStatistics()).external_memory
        : process.memoryUsage.rss() - before - most
    if (outside > most) exceeded()
  }
  return setInterval(() => void check().catch(() => {}), MEMORY_CHECK_MS)
}

function errorOfCrash(error: unknown, limits: Limits): DocumentError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? tookTooMuch(limits)
    : new DocumentError('DAMAGED', 'The file brought its reader down')
}

function tookTooLong(timeMs: number): DocumentError {
  const seconds = Math.round(timeMs / 1000)
  // It would take as long the next time.
  return new DocumentError('TIMED_OUT', `Reading the file took longer than ${seconds} s`, {
    permanent: true,
  })
}

function tookTooMuch({ memoryMb }: Limits): DocumentError {
  return new DocumentError('TOO_LARGE', `Reading the file took more than ${memoryMb} MiB of memory`)
}
