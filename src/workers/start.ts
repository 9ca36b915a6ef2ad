/**
 * Starts worker threads, from the sources as well as from the build.
 *
 * A thread begins in a file named `NAME.thread.ts` beside the module that starts it. The build puts
 * each into `dist` under that name, beside everything else, so that the same address leads there.
 */
import { extname } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** What Node 22 needs to run the sources; later ones do so by themselves. */
const STRIP_TYPES = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']

/**
 * The file in which a thread begins: `NAME.thread.ts`, or `NAME.thread.js` in the build.
 * @param name unlike that of any other thread
 * @param caller `import.meta.url` of the module beside it
 */
export function threadEntry(name: string, caller: string): URL {
  return new URL(`./${name}.thread${extname(new URL(caller).pathname)}`, caller)
}

/** Starts a thread. Options of the process (`node --inspect` ...) are not passed on to it. */
export function startThread(entry: URL, options: WorkerOptions = {}): Worker {
  return new Worker(entry, {
    execArgv: extname(entry.pathname) === '.ts' ? STRIP_TYPES : [],
    ...options,
  })
}
