/** Entry of a thread with a model of people's own. */
import { workerData } from 'node:worker_threads'
import { LocalModelOptions, loadLocalModel } from './local-model.ts'
import { serveModel } from './worker-serve.ts'

serveModel(() => loadLocalModel(LocalModelOptions.parse(workerData)))
