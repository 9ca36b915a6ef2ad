/**
 * Text in pictures by tesseract.js, where somebody installed it with the data of their languages.
 * Nothing is fetched: the data comes from npm packages as well.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DocumentError } from '../document.ts'
import type { Recognise } from './parser.ts'

/** How pictures are read. */
export interface OcrOptions {
  /** As tesseract calls them: `eng`, `deu`. */
  readonly languages: readonly string[]
  /** Default: tesseract.js; another one in tests. */
  readonly module?: string
}

/** As much of tesseract.js as is used. */
interface Tesseract {
  createWorker(
    languages: string[],
    engine: number,
    options: { langPath: string; cacheMethod: 'none'; gzip: boolean },
  ): Promise<{ recognize(picture: Buffer): Promise<{ data: { text: string } }> }>
}

/** The neural engine, which is what the data is for. */
const LSTM = 1

/**
 * A recogniser that starts when the first picture comes, and stays for the next.
 * @throws DocumentError `UNSUPPORTED` when called and the module or a language is not installed
 */
export function createRecogniser({ languages, module = 'tesseract.js' }: OcrOptions): Recognise {
  let started: ReturnType<Tesseract['createWorker']> | undefined
  return async picture => {
    started ??= start(module, languages)
    const { data } = await (await started).recognize(Buffer.from(picture))
    return data.text.trim()
  }
}

async function start(module: string, languages: readonly string[]) {
  const { createWorker } = await load(module)
  const folder = mkdtempSync(join(tmpdir(), 'ocr-'))
  try {
    // The library wants the data of all languages in one folder.
    for (const language of languages) {
      symlinkSync(dataOf(language), join(folder, `${language}.traineddata.gz`))
    }
    return await createWorker([...languages], LSTM, {
      langPath: folder,
      cacheMethod: 'none',
      gzip: true,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function load(module: string): Promise<Tesseract> {
  const loaded: unknown = await import(module).catch(() => undefined)
  const found = [loaded, (loaded as { default?: unknown } | undefined)?.default].find(isTesseract)
  if (found === undefined) throw notInstalled(module)
  return found
}

function isTesseract(value: unknown): value is Tesseract {
  return typeof value === 'object' && value !== null && 'createWorker' in value
}

/** The file of what is known of a language, packed as it comes. */
function dataOf(language: string): string {
  const name = `@tesseract.js-data/${language}`
  try {
    const file = `${name}/4.0.0_best_int/${language}.traineddata.gz`
    return createRequire(import.meta.url).resolve(file)
  } catch {
    throw notInstalled(name)
  }
}

function notInstalled(name: string): DocumentError {
  return new DocumentError('UNSUPPORTED', `Reading pictures needs the package ${name}`)
}
