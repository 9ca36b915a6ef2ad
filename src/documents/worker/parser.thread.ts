/** The thread that parses: one job after the other, until it is ended from outside. */
import { parentPort, workerData } from 'node:worker_threads'
import { DocumentError } from '../document.ts'
import { parse } from '../parse/index.ts'
import { createRecogniser } from '../parse/ocr.ts'
import type { Answer, Job, WorkerSetup } from './messages.ts'

/** Telling more often than this says nothing to people. */
const PROGRESS_MS = 100

const { ocr } = workerData as WorkerSetup
const recognise = ocr === undefined ? undefined : createRecogniser(ocr)
const tell = (answer: Answer) => parentPort?.postMessage(answer, [])

parentPort?.on('message', (job: Job) => {
  let told = 0
  const progress = (done: number, total: number | undefined) => {
    const now = performance.now()
    if (now - told < PROGRESS_MS && done !== total) return
    told = now
    tell({ kind: 'progress', done, total })
  }
  parse(job, progress, recognise).then(
    document => tell({ kind: 'document', document }),
    (error: unknown) => {
      if (!(error instanceof DocumentError)) throw error
      const { code, message, permanent } = error
      tell({ kind: 'failure', code, message, permanent })
    },
  )
})
