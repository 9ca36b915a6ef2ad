import { describe, expect, test } from 'vitest'
import { ConfigError, type Environment, loadConfig } from '../../../src/config/config.ts'

const load = (environment: Environment = {}) =>
  loadConfig({
    NEXTCLOUD_HOST: 'https://cloud.example.org',
    NEXTCLOUD_USERNAME: 'alice',
    NEXTCLOUD_PASSWORD: 'secret',
    ...environment,
  })
const problems = (environment: Environment): string[] => {
  try {
    load(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ name }) => name)
  }
}

test('documents are read by default, by what is built in alone', () => {
  expect(load().documents).toEqual({
    limits: { timeMs: 120_000, memoryMb: 512, bytes: 50 * 1024 * 1024 },
    ocr: undefined,
    custom: undefined,
    docling: undefined,
    unstructured: undefined,
  })
  expect(load({ ENABLE_DOCUMENT_PROCESSING: 'false' }).documents).toBeUndefined()
})

test('everything as the operator says', () => {
  expect(
    load({
      DOCUMENT_PARSE_TIMEOUT_SECONDS: '5',
      DOCUMENT_PARSE_MEM_LIMIT_MB: '256',
      DOCUMENT_MAX_PDF_SIZE_MB: '0',
      PROGRESS_INTERVAL: '2',
      ENABLE_TESSERACT: 'true',
      TESSERACT_LANG: 'eng+deu',
      ENABLE_UNSTRUCTURED: 'true',
      UNSTRUCTURED_API_KEY: 'u',
      UNSTRUCTURED_STRATEGY: 'hi_res',
      ENABLE_DOCLING: 'true',
      DOCLING_API_URL: 'http://127.0.0.1:5001/',
      ENABLE_CUSTOM_PROCESSOR: 'true',
      CUSTOM_PROCESSOR_URL: 'https://ocr.example.org/process',
      CUSTOM_PROCESSOR_TYPES: 'application/pdf, image/jpeg',
      CUSTOM_PROCESSOR_API_KEY: 'c',
    }).documents,
  ).toEqual({
    limits: { timeMs: 5_000, memoryMb: 256, bytes: 1024 ** 3 },
    ocr: { languages: ['eng', 'deu'] },
    custom: {
      url: 'https://ocr.example.org/process',
      apiKey: 'c',
      timeoutMs: 60_000,
      heartbeatMs: 2_000,
      name: 'custom',
      types: ['application/pdf', 'image/jpeg'],
    },
    docling: {
      url: 'http://127.0.0.1:5001',
      apiKey: undefined,
      timeoutMs: 120_000,
      heartbeatMs: 2_000,
      languages: ['en', 'de'],
      ocr: true,
    },
    unstructured: {
      url: 'http://unstructured:8000',
      apiKey: 'u',
      timeoutMs: 120_000,
      heartbeatMs: 2_000,
      languages: ['eng', 'deu'],
      strategy: 'hi_res',
    },
  })
})

test.each([
  [{ ENABLE_DOCLING: 'true' }, 'DOCLING_API_URL'],
  [{ ENABLE_CUSTOM_PROCESSOR: 'true' }, 'CUSTOM_PROCESSOR_URL'],
  [{ UNSTRUCTURED_STRATEGY: 'best' }, 'UNSTRUCTURED_STRATEGY'],
  [{ TESSERACT_LANG: '../eng' }, 'TESSERACT_LANG'],
  [{ DOCUMENT_PARSE_MEM_LIMIT_MB: '64' }, 'DOCUMENT_PARSE_MEM_LIMIT_MB'],
])('%j is told', (environment, name) => {
  expect(problems(environment)).toEqual([name])
})

describe('worth telling', () => {
  test.each<[Environment, RegExp | undefined]>([
    [
      { UNSTRUCTURED_API_URL: 'https://u.example.org' },
      /UNSTRUCTURED_API_URL.*ENABLE_UNSTRUCTURED/,
    ],
    [{ DOCLING_API_URL: 'https://d.example.org' }, /DOCLING_API_URL.*ENABLE_DOCLING/],
    [
      { ENABLE_DOCUMENT_PROCESSING: 'no', ENABLE_UNSTRUCTURED: 'yes' },
      /ENABLE_UNSTRUCTURED has no effect/,
    ],
    [{ ENABLE_DOCLING: 'yes', DOCLING_API_URL: 'http://docling.lan' }, /DOCLING_API_URL uses http/],
    [{ ENABLE_DOCLING: 'yes', DOCLING_API_URL: 'http://127.0.0.1:1' }, undefined],
    [{ DOCUMENT_PARSE_TIMEOUT_SECOND: '1' }, /did you mean DOCUMENT_PARSE_TIMEOUT_SECONDS/],
  ])('%j', (environment, warning) => {
    const { warnings } = load(environment)
    if (warning === undefined) expect(warnings).toEqual([])
    else expect(warnings).toEqual([expect.stringMatching(warning)])
  })
})
