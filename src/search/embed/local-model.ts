/**
 * A model of people's own, in ONNX, through @huggingface/transformers: a package of half a gigabyte
 * that only those install who want it. Runs in a worker thread.
 * Source: https://huggingface.co/docs/transformers.js/api/pipelines (FeatureExtractionPipeline),
 * .../api/env.
 */
import { statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import { OverLimitError } from './backend.ts'
import { EmbeddingError } from './embedder.ts'
import { reasonOf } from './worker-messages.ts'
import type { Model } from './worker-serve.ts'

/** What the thread is told. */
export const LocalModelOptions = z.object({
  /** A folder, or an id on the hub. */
  model: z.string(),
  pooling: z.enum(['mean', 'cls']),
  /** Folder for what comes from the hub. */
  cacheFolder: z.string(),
  /** Name of the package, or the address of a file in its place. */
  library: z.string(),
})
export type LocalModelOptions = z.output<typeof LocalModelOptions>

/** What is used of the package. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string; cacheDir: string | null }
  pipeline(task: 'feature-extraction', model: string): Promise<Extractor>
}

interface Extractor {
  (
    texts: readonly string[],
    options: { pooling: 'mean' | 'cls'; normalize: true },
  ): Promise<{ readonly data: ArrayLike<number>; readonly dims: readonly number[] }>
  readonly tokenizer: {
    (text: string, options: { truncation: false }): { input_ids: { readonly size: number } }
    readonly model_max_length?: number
  }
}

/** Loads the package and the model. */
export async function loadLocalModel(options: LocalModelOptions): Promise<Model> {
  const transformers = await loadLibrary(options.library)
  const extractor = await loadExtractor(transformers, options)
  return async texts => {
    refuseTooLong(texts, extractor)
    const { data, dims } = await extractor(texts, { pooling: options.pooling, normalize: true })
    const length = dims.at(-1) ?? 0
    return texts.map((_, at) =>
      Float32Array.from({ length }, (_, of) => data[at * length + of] ?? Number.NaN),
    )
  }
}

/** The pipeline would cut what is too long without a word. */
function refuseTooLong(texts: readonly string[], { tokenizer }: Extractor): void {
  const most = tokenizer.model_max_length ?? Number.POSITIVE_INFINITY
  // No word has more tokens than characters.
  const long = texts.filter(text => text.length > most - 2)
  if (long.every(text => tokenizer(text, { truncation: false }).input_ids.size <= most)) return
  throw new OverLimitError('characters', `The local model reads ${most} tokens of a text`)
}

async function loadLibrary(library: string): Promise<Transformers> {
  const loaded: unknown = await import(library).catch((error: unknown) => {
    throw new EmbeddingError('MODEL_MISSING', `${library} cannot be loaded: ${reasonOf(error)}`, {
      hint: 'Install it beside this program: npm install @huggingface/transformers.',
      cause: error,
    })
  })
  if (isTransformers(loaded)) return loaded
  throw new EmbeddingError('MODEL_MISSING', `${library} is of a version that is not known here`, {
    hint: 'Install version 3 or 4 of @huggingface/transformers.',
  })
}

function isTransformers(loaded: unknown): loaded is Transformers {
  if (typeof loaded !== 'object' || loaded === null) return false
  return 'env' in loaded && 'pipeline' in loaded && typeof loaded.pipeline === 'function'
}

async function loadExtractor(
  { env, pipeline }: Transformers,
  { model, cacheFolder }: LocalModelOptions,
): Promise<Extractor> {
  const folder = isFolder(model) ? resolve(model) : undefined
  env.cacheDir = cacheFolder
  env.allowRemoteModels = folder === undefined
  if (folder !== undefined) env.localModelPath = dirname(folder)
  try {
    return await pipeline('feature-extraction', folder === undefined ? model : basename(folder))
  } catch (error) {
    const reason = reasonOf(error)
    if (folder === undefined && /fetch failed|ENOTFOUND|ECONN|EAI_AGAIN/.test(reason)) {
      throw new EmbeddingError('UNREACHABLE', 'The Hugging Face hub cannot be reached', {
        hint: 'Download the model elsewhere, and set LOCAL_EMBEDDING_MODEL to its folder.',
        retryable: true,
        cause: error,
      })
    }
    throw new EmbeddingError('MODEL_MISSING', `The model ${model} cannot be loaded: ${reason}`, {
      hint:
        folder === undefined
          ? 'Check LOCAL_EMBEDDING_MODEL: a folder, or the id of a model with ONNX files on the hub.'
          : 'Its folder must hold config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx.',
      cause: error,
    })
  }
}

/** Whether a folder is meant; one that is not there is still no id. */
export function isFolder(model: string): boolean {
  if (/^(\.{0,2}[/\\]|[A-Za-z]:)/.test(model)) return true
  return statSync(model, { throwIfNoEntry: false })?.isDirectory() ?? false
}
