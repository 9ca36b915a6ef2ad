/** In place of @huggingface/transformers: what is used of it, with numbers that tell what it was asked. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const env = {
  allowRemoteModels: true,
  localModelPath: '/models/',
  cacheDir: null as string | null,
}

const MOST_TOKENS = 20

export async function pipeline(task: string, model: string) {
  if (task !== 'feature-extraction') throw new Error(`no ${task} here`)
  if (model === 'nobody/nothing') throw new Error('Could not locate file: onnx/model.onnx.\n  at …')
  if (model === 'nobody/offline') throw new TypeError('fetch failed')
  // What it was told cannot be seen from outside the thread.
  if (env.cacheDir !== null) writeFileSync(join(env.cacheDir, 'told.json'), JSON.stringify(env))
  const tokens = (text: string) => text.split(/\s+/).length + 2
  const tokenizer = Object.assign(
    (text: string, options: { truncation: boolean }) => {
      if (options.truncation) throw new Error('would be cut')
      return { input_ids: { size: tokens(text), dims: [1, tokens(text)] } }
    },
    { model_max_length: MOST_TOKENS },
  )
  const extract = async (
    texts: string[],
    { pooling, normalize }: { pooling: string; normalize: boolean },
  ) => {
    if (!normalize || texts.some(text => tokens(text) > MOST_TOKENS))
      throw new Error('not asked so')
    const rows = texts.map(text => [text.length, pooling === 'cls' ? -1 : 1, model.length])
    return { data: Float32Array.from(rows.flat()), dims: [texts.length, 3] }
  }
  return Object.assign(extract, { tokenizer })
}
