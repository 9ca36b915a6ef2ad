/** The settings of reading documents: what it may cost, and which processors help. */
import { z } from 'zod'
import {
  address,
  count,
  flag,
  names,
  type Setting,
  seconds,
  setting,
  withDefault,
} from './values.ts'

const text = z.string().min(1)

/** Languages, separated as Tesseract does or by commas. */
const languages = z
  .string()
  .transform(value => value.split(/[+,\s]+/).filter(code => code !== ''))
  .refine(codes => codes.length > 0 && codes.every(code => /^[A-Za-z_]{2,20}$/.test(code)), {
    error: 'must be languages as in eng+deu',
  })

export const DOCUMENT_SETTINGS = {
  ENABLE_DOCUMENT_PROCESSING: withDefault(
    'Give documents (PDF, Office, EPUB, e-mail ...) as text; false gives the files as they are.',
    flag,
    'true',
  ),
  DOCUMENT_PARSE_TIMEOUT_SECONDS: withDefault(
    'Longest time that one document may take to read.',
    seconds,
    '120',
  ),
  DOCUMENT_PARSE_MEM_LIMIT_MB: withDefault(
    'Memory that one document may take to read, on the heap and outside of it.',
    count(128, 16_384),
    '512',
  ),
  DOCUMENT_MAX_PDF_SIZE_MB: withDefault(
    'Larger documents of any format are not read; 0 means 1024.',
    count(0, 1_024),
    '50',
  ),
  PROGRESS_INTERVAL: withDefault(
    'Seconds between two notices of progress while a processor elsewhere works.',
    seconds,
    '10',
  ),
  ENABLE_TESSERACT: withDefault(
    'Read pictures and scanned pages by OCR on this machine. Needs the packages tesseract.js and @tesseract.js-data/eng (or of another language).',
    flag,
    'false',
  ),
  TESSERACT_LANG: withDefault(
    'Languages of the pictures, as in eng+deu; each needs its package @tesseract.js-data/….',
    languages,
    'eng',
  ),
  ENABLE_UNSTRUCTURED: withDefault(
    'Send documents to Unstructured that are not read here, and those in which no text is found.',
    flag,
    'false',
  ),
  UNSTRUCTURED_API_URL: withDefault('Its address.', address, 'http://unstructured:8000'),
  UNSTRUCTURED_API_KEY: setting('Its key, if it wants one.', text),
  UNSTRUCTURED_TIMEOUT: withDefault('Seconds that it may take for one document.', seconds, '120'),
  UNSTRUCTURED_STRATEGY: withDefault(
    'auto, fast, hi_res or ocr_only.',
    z.enum(['auto', 'fast', 'hi_res', 'ocr_only'], {
      error: 'must be auto, fast, hi_res or ocr_only',
    }),
    'auto',
  ),
  UNSTRUCTURED_LANGUAGES: withDefault('Languages for its OCR.', languages, 'eng,deu'),
  ENABLE_DOCLING: withDefault(
    'Send pictures and scanned PDFs to Docling (docling-serve).',
    flag,
    'false',
  ),
  DOCLING_API_URL: setting('Its address, as in http://127.0.0.1:5001.', address),
  DOCLING_API_KEY: setting('Its key, if it wants one.', text),
  DOCLING_TIMEOUT: withDefault('Seconds that it may take for one document.', seconds, '120'),
  DOCLING_OCR_LANG: withDefault(
    'Languages for its OCR, as its engine calls them.',
    languages,
    'en,de',
  ),
  DOCLING_DO_OCR: withDefault('Let it read the text in pictures.', flag, 'true'),
  ENABLE_CUSTOM_PROCESSOR: withDefault(
    'Send documents to a processor of your own, before anything else reads them.',
    flag,
    'false',
  ),
  CUSTOM_PROCESSOR_URL: setting(
    'Its address: takes POST with the field file, answers {"text": "..."}.',
    address,
  ),
  CUSTOM_PROCESSOR_NAME: withDefault('What results call it.', text, 'custom'),
  CUSTOM_PROCESSOR_API_KEY: setting('Sent to it as a bearer token.', text),
  CUSTOM_PROCESSOR_TIMEOUT: withDefault(
    'Seconds that it may take for one document.',
    seconds,
    '60',
  ),
  CUSTOM_PROCESSOR_TYPES: withDefault(
    'Media types that it reads, comma separated.',
    names,
    'application/pdf',
  ),
} as const satisfies Record<string, Setting>
