/** Pictures and scanned pages, with something in place of tesseract.js. */
import { afterEach, describe, expect, test } from 'vitest'
import type { DocumentReader } from '../../../src/documents/document.ts'
import { createDocumentReader } from '../../../src/documents/reader.ts'
import { pdf } from '../../support/documents/pdf.ts'
import { codeOf } from '../../support/documents/read.ts'

const module = new URL('../../support/documents/recogniser.ts', import.meta.url).href
const gray = { width: 120, height: 100, data: new Uint8Array(12_000).fill(77) }

let reader: DocumentReader
afterEach(() => reader.close())

const read = (name: string, bytes: Uint8Array) => reader.read({ bytes, name, mediaType: undefined })

describe('with a recogniser', () => {
  test('pictures are read', async () => {
    reader = createDocumentReader({ ocr: { languages: [], module } })
    expect(reader.canRead({ name: 'a.png', mediaType: undefined, bytes: 1 })).toBe(true)
    expect(await read('a.png', Buffer.from('x'))).toMatchObject({
      text: 'seen: x',
      format: 'plain',
      processor: 'ocr',
    })
  })

  test('pages without text are read as the pictures that they are, others are not', async () => {
    reader = createDocumentReader({ ocr: { languages: [], module } })
    const small = { ...gray, width: 12 }
    const { text, pages, processor } = await read(
      'scan.pdf',
      pdf([['Text'], { gray }, { gray: small }]),
    )
    expect(text.trim()).toBe('Text\n\nP6 120 100 first 77, 36000 bytes')
    expect(pages.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(processor).toBe('ocr')
  })

  test('it is given the neural engine and no place to fetch from', async () => {
    reader = createDocumentReader({ ocr: { languages: [], module } })
    expect(JSON.parse((await read('a.png', Buffer.from('how'))).text)).toEqual({
      languages: [],
      engine: 1,
      langPath: [],
      cacheMethod: 'none',
      gzip: true,
      gone: true,
    })
  })
})

describe('without', () => {
  test('pictures are not read, and nobody downloads them', async () => {
    reader = createDocumentReader({})
    expect(reader.canRead({ name: 'a.png', mediaType: 'image/png', bytes: 1 })).toBe(false)
    expect(await codeOf(read('a.png', Buffer.from('x')))).toBe('UNSUPPORTED')
  })

  test('scanned pages have no text', async () => {
    reader = createDocumentReader({})
    expect(await read('scan.pdf', pdf([{ gray }]))).toMatchObject({ text: '', processor: 'pdf' })
  })

  test.each([
    [{ languages: ['eng'], module: 'tesseract.js' }, 'tesseract.js'],
    [{ languages: ['xyz'], module }, '@tesseract.js-data/xyz'],
  ])('what is missing is named', async (ocr, name) => {
    reader = createDocumentReader({ ocr })
    await expect(read('a.png', Buffer.from('x'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: `Reading pictures needs the package ${name}`,
    })
  })
})
