/** Starts worker threads, from the sources as well as from the build. */
import { extname } from 'node:path'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** What Node 22 needs to run the sources; later ones do so by themselves. */
const STRIP_TYPES = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']

/**
 * Starts a module as a worker thread.
 * @param name of the module beside the caller, without its ending
 * @param caller `import.meta.url`, whose ending the module has too: `.ts`, or `.js` in the build
 */
export function startWorker(name: string, caller: string, options: WorkerOptions = {}): Worker {
  const entry = siblingModule(name, caller)
  return new Worker(entry, extname(entry.pathname) === '.ts' ? runningSources(options) : options)
}

/** The address of a module beside the caller, whose ending it shares. */
export function siblingModule(name: string, caller: string): URL {
  return new URL(`./${name}${extname(new URL(caller).pathname)}`, caller)
}

function runningSources(options: WorkerOptions): WorkerOptions {
  if (process.features.typescript) return options
  return { ...options, execArgv: [...(options.execArgv ?? process.execArgv), ...STRIP_TYPES] }
}
