/** How documents are read: caps, OCR, processors elsewhere. */
import { isLoopback } from './listen.ts'
import type { ConfigProblem } from './problems.ts'
import type { Settings } from './schema.ts'

/** A processor that is reached by HTTP. */
export interface ProcessorConfig {
  url: string
  apiKey: string | undefined
  timeoutMs: number
  /** Between two notices that it still works. */
  heartbeatMs: number
}

/** How documents are read; each processor is undefined where it is not switched on. */
export interface DocumentsConfig {
  limits: { timeMs: number; memoryMb: number; bytes: number }
  ocr: { languages: string[] } | undefined
  custom: (ProcessorConfig & { name: string; types: string[] }) | undefined
  docling: (ProcessorConfig & { languages: string[]; ocr: boolean }) | undefined
  unstructured: (ProcessorConfig & { languages: string[]; strategy: string }) | undefined
}

const MEBIBYTE = 1024 * 1024
const NO_LIMIT_MB = 1_024

/** Undefined where documents are not read. */
export function documentsConfig(
  settings: Settings,
  problems: ConfigProblem[],
): DocumentsConfig | undefined {
  if (!settings.ENABLE_DOCUMENT_PROCESSING) return undefined
  const heartbeatMs = settings.PROGRESS_INTERVAL * 1_000
  const processor = (
    url: string,
    apiKey: string | undefined,
    timeout: number,
  ): ProcessorConfig => ({
    url,
    apiKey,
    timeoutMs: timeout * 1_000,
    heartbeatMs,
  })
  const needed = (flag: 'ENABLE_DOCLING' | 'ENABLE_CUSTOM_PROCESSOR', name: AddressSetting) => {
    if (!settings[flag]) return undefined
    const message = `is missing; ${flag} needs its address`
    if (settings[name] === undefined) problems.push({ name, message })
    return settings[name]
  }
  const custom = needed('ENABLE_CUSTOM_PROCESSOR', 'CUSTOM_PROCESSOR_URL')
  const docling = needed('ENABLE_DOCLING', 'DOCLING_API_URL')
  return {
    limits: {
      timeMs: settings.DOCUMENT_PARSE_TIMEOUT_SECONDS * 1_000,
      memoryMb: settings.DOCUMENT_PARSE_MEM_LIMIT_MB,
      bytes: (settings.DOCUMENT_MAX_PDF_SIZE_MB || NO_LIMIT_MB) * MEBIBYTE,
    },
    ocr: settings.ENABLE_TESSERACT ? { languages: settings.TESSERACT_LANG } : undefined,
    custom:
      custom === undefined
        ? undefined
        : {
            ...processor(
              custom,
              settings.CUSTOM_PROCESSOR_API_KEY,
              settings.CUSTOM_PROCESSOR_TIMEOUT,
            ),
            name: settings.CUSTOM_PROCESSOR_NAME,
            types: settings.CUSTOM_PROCESSOR_TYPES,
          },
    docling:
      docling === undefined
        ? undefined
        : {
            ...processor(docling, settings.DOCLING_API_KEY, settings.DOCLING_TIMEOUT),
            languages: settings.DOCLING_OCR_LANG,
            ocr: settings.DOCLING_DO_OCR,
          },
    unstructured: settings.ENABLE_UNSTRUCTURED
      ? {
          ...processor(
            settings.UNSTRUCTURED_API_URL,
            settings.UNSTRUCTURED_API_KEY,
            settings.UNSTRUCTURED_TIMEOUT,
          ),
          languages: settings.UNSTRUCTURED_LANGUAGES,
          strategy: settings.UNSTRUCTURED_STRATEGY,
        }
      : undefined,
  }
}

type AddressSetting = 'DOCLING_API_URL' | 'CUSTOM_PROCESSOR_URL'

/** Addresses by the switch that makes something of them. */
const SWITCHES = [
  ['UNSTRUCTURED_API_URL', 'ENABLE_UNSTRUCTURED'],
  ['DOCLING_API_URL', 'ENABLE_DOCLING'],
  ['CUSTOM_PROCESSOR_URL', 'ENABLE_CUSTOM_PROCESSOR'],
] as const

/** What is set and does nothing, and what crosses the network unprotected. */
export function documentsWarnings(
  environment: Readonly<Record<string, string | undefined>>,
  settings: Settings,
): string[] {
  return SWITCHES.flatMap(([name, flag]) => {
    if (!settings.ENABLE_DOCUMENT_PROCESSING) {
      return settings[flag] ? [`${flag} has no effect: ENABLE_DOCUMENT_PROCESSING is false`] : []
    }
    if (!settings[flag]) {
      return environment[name]?.trim() ? [`${name} has no effect without ${flag}=true`] : []
    }
    const url = URL.parse(settings[name] ?? '')
    return url?.protocol === 'http:' && !isLoopback(url.hostname)
      ? [`${name} uses http: documents cross the network unprotected`]
      : []
  })
}
