/** Entry of a thread with the built-in model. */
import { loadBuiltinModel } from './builtin-model.ts'
import { serveModel } from './worker-serve.ts'

serveModel(loadBuiltinModel)
