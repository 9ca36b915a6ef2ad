/** The thread's side: loads its model at the first question, and answers one after the other. */
import { parentPort } from 'node:worker_threads'
import { type Answer, failureOf, Question } from './worker-messages.ts'

/** A loaded model: a vector for each text. */
export type Model = (texts: readonly string[]) => Promise<Float32Array[]>

/** Answers the questions of the process that has started this thread. */
export function serveModel(load: () => Promise<Model>): void {
  const port = parentPort
  if (port === null) throw new Error('this file is the entry of a worker thread')
  let loading: Promise<Model> | undefined
  port.on('message', async (question: unknown) => {
    let answer: Answer
    try {
      const { texts } = Question.parse(question)
      loading ??= load()
      const model = await loading.catch((error: unknown) => {
        // A folder that was mounted meanwhile, a hub that is back: the next question tries again.
        loading = undefined
        throw error
      })
      answer = { vectors: await model(texts) }
    } catch (error) {
      answer = { failure: failureOf(error) }
    }
    port.postMessage(answer, [])
  })
}
