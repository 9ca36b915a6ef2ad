/** Processors elsewhere: what they are sent, what is made of their answers, and of those that fail. */
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { DocumentReader } from '../../../src/documents/document.ts'
import { createDocumentReader, type DocumentOptions } from '../../../src/documents/reader.ts'
import { pdf } from '../../support/documents/pdf.ts'
import { codeOf, fixture } from '../../support/documents/read.ts'
import { json, type Sent, type Service, startService } from '../../support/documents/service.ts'

let service: Service
let reader: DocumentReader
afterEach(async () => {
  await reader?.close()
  await service?.close()
})

type Kind = 'custom' | 'docling' | 'unstructured'

const PARTS = {
  custom: { name: 'mine', types: ['application/pdf', 'image/png'] },
  docling: { languages: ['en', 'de'], ocr: true },
  unstructured: { languages: ['eng', 'deu'], strategy: 'auto' },
}

async function start(
  kinds: readonly Kind[],
  answer: (response: ServerResponse, sent: Sent) => void,
  {
    timeoutMs = 10_000,
    limits = {},
  }: { timeoutMs?: number; limits?: DocumentOptions['limits'] } = {},
) {
  service = await startService(answer)
  const common = { url: service.url, apiKey: 'key', timeoutMs, heartbeatMs: 20 }
  const options = Object.fromEntries(kinds.map(kind => [kind, { ...common, ...PARTS[kind] }]))
  reader = createDocumentReader({ ...options, limits })
}

const read = (name: string, bytes: Uint8Array = Buffer.from('bytes'), more: object = {}) =>
  reader.read({ bytes, name, mediaType: undefined, ...more })

describe('a processor of one’s own', () => {
  test('is sent the file and the key, and goes before what is built in', async () => {
    await start(['custom'], json({ text: 'Mine\r\n', metadata: { a: 1 } }))
    expect(await read('folder/harbour.pdf')).toEqual({
      text: 'Mine',
      format: 'plain',
      processor: 'mine',
      title: undefined,
      pages: [],
      pageCount: undefined,
      truncated: false,
    })
    expect(service.sent).toHaveLength(1)
    expect(service.sent[0]).toMatchObject({
      path: '/',
      headers: { authorization: 'Bearer key' },
      form: { file: ['harbour.pdf application/pdf bytes'] },
    })
  })

  test('is left alone with types that it is not configured for', async () => {
    await start(['custom'], json({ text: 'Mine' }))
    expect((await read('x.txt')).text).toBe('bytes')
    expect(reader.canRead({ name: 'a.png', mediaType: undefined, bytes: 1 })).toBe(true)
    expect(reader.canRead({ name: 'a.jpg', mediaType: undefined, bytes: 1 })).toBe(false)
    expect(await codeOf(read('a.jpg'))).toBe('UNSUPPORTED')
    expect(service.sent).toEqual([])
  })
})

describe('Unstructured', () => {
  const elements = [
    { type: 'Title', text: 'Harbour', metadata: { page_number: 1 } },
    { type: 'NarrativeText', text: 'The crane.', metadata: {} },
    { type: 'ListItem', text: 'North', metadata: { page_number: 2 } },
    { type: 'PageBreak' },
  ]

  test('reads what is not built in, by pages', async () => {
    await start(['unstructured'], json(elements))
    expect(await read('old.doc')).toMatchObject({
      text: '## Harbour\n\nThe crane.\n\n- North',
      format: 'markdown',
      processor: 'unstructured',
      pages: [
        { number: 1, start: 0 },
        { number: 2, start: 24 },
      ],
      pageCount: 2,
    })
    expect(service.sent[0]).toMatchObject({
      path: '/general/v0/general',
      headers: { 'unstructured-api-key': 'key' },
      form: {
        files: ['old.doc application/msword bytes'],
        strategy: ['auto'],
        languages: ['eng,deu'],
      },
    })
    const pages = { first: 2, last: 3 }
    expect((await read('old.doc', undefined, { pages })).text).toBe('- North')
  })

  test('is not asked for what is built in, unless there is no text', async () => {
    await start(['unstructured'], json(elements))
    expect((await read('harbour.docx', fixture('harbour.docx'))).processor).toBe('docx')
    expect(service.sent).toEqual([])
    expect((await read('scan.pdf', pdf([[]]))).processor).toBe('unstructured')
  })

  test('says nothing of a file that is broken, or locked', async () => {
    await start(['unstructured'], json(elements))
    expect(await codeOf(read('x.pdf'))).toBe('DAMAGED')
    expect(await codeOf(read('x.pdf', fixture('encrypted.pdf')))).toBe('ENCRYPTED')
    expect(service.sent).toEqual([])
  })
})

describe('Docling', () => {
  const converted = { status: 'success', document: { md_content: '# Scan\n\nText' } }

  test('reads pictures, before Unstructured', async () => {
    await start(['unstructured', 'docling'], json(converted))
    expect(await read('photo.tiff')).toMatchObject({ text: '# Scan\n\nText', processor: 'docling' })
    expect(service.sent[0]).toMatchObject({
      path: '/v1/convert/file',
      headers: { 'x-api-key': 'key' },
      form: {
        files: ['photo.tiff image/tiff bytes'],
        to_formats: ['md'],
        from_formats: ['image'],
        ocr_lang: ['en', 'de'],
        do_ocr: ['true'],
      },
    })
    expect(service.sent[0]?.form).not.toHaveProperty('page_range')
  })

  test('reads the pages of a scanned PDF that are asked for, and keeps their numbers', async () => {
    await start(['docling'], (response, { form }) => {
      const [gap = ''] = form.md_page_break_placeholder ?? []
      json({ document: { md_content: `two${gap}three` } })(response)
    })
    const pages = { first: 2, last: 3 }
    const { text, pages: starts } = await read('scan.pdf', pdf([[], [], []]), { pages })
    expect(text).toBe('two\n\nthree')
    expect(starts.map(({ number }) => number)).toEqual([2, 3])
    expect(service.sent[0]?.form.page_range).toEqual(['2', '3'])
  })

  test('that fails is not taken for an empty file', async () => {
    await start(['docling'], json({ status: 'failure', document: {}, errors: [] }))
    expect(await codeOf(read('photo.png'))).toBe('DAMAGED')
  })
})

describe('a processor that does not do its work', () => {
  test.each<[string, (response: ServerResponse) => void, string, boolean]>([
    ['refuses the file', json({}, 422), 'DAMAGED', true],
    ['fails', json({}, 500), 'UNREACHABLE', false],
    ['wants another key', json({}, 401), 'UNREACHABLE', false],
    ['answers with something else', json({ txt: 1 }), 'UNREACHABLE', false],
    ['answers with HTML', response => response.end('<html>'), 'UNREACHABLE', false],
    ['hangs up', response => response.destroy(), 'UNREACHABLE', false],
    ['says nothing', () => {}, 'TIMED_OUT', false],
    [
      'never stops',
      response => {
        const more = () => response.write('x'.repeat(1024 * 1024), error => error ?? more())
        more()
      },
      'UNREACHABLE',
      false,
    ],
  ])('%s', async (how, answer, code, permanent) => {
    const timeoutMs = how === 'says nothing' ? 300 : 20_000
    await start(['custom'], answer, { timeoutMs })
    const error = await read('x.pdf').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, permanent })
    expect(String(error)).toContain('mine')
    expect(String(error)).not.toContain('127.0.0.1')
  })

  test('is not there', async () => {
    await start(['custom'], json({}))
    await service.close()
    expect(await codeOf(read('x.pdf'))).toBe('UNREACHABLE')
  })

  test('sends elsewhere: the file and the key stay here', async () => {
    const elsewhere = await startService(json({ text: 'stolen' }))
    await start(['custom'], response => {
      response.writeHead(307, { location: elsewhere.url }).end()
    })
    expect(await codeOf(read('x.pdf'))).toBe('UNREACHABLE')
    expect(elsewhere.sent).toEqual([])
    await elsewhere.close()
  })
})

test('who waits is told that it goes on, and can stop', async () => {
  await start(['custom'], () => {})
  const stop = new AbortController()
  let told = 0
  const onProgress = (_: number, total: number | undefined) => {
    expect(total).toBeUndefined()
    if (++told === 3) stop.abort(new Error('enough'))
  }
  await expect(read('x.pdf', undefined, { onProgress, signal: stop.signal })).rejects.toThrow(
    'enough',
  )
})

test('what is too large is sent nowhere', async () => {
  await start(['custom'], json({ text: '' }), { limits: { bytes: 4 } })
  expect(reader.canRead({ name: 'x.pdf', mediaType: undefined, bytes: 5 })).toBe(false)
  expect(await codeOf(read('x.pdf'))).toBe('TOO_LARGE')
  expect(service.sent).toEqual([])
})

test('an answer is as long as the cap, which is told', async () => {
  await start(['custom'], json({ text: 'abcdef' }), { limits: { characters: 3 } })
  expect(await read('x.pdf')).toMatchObject({ text: 'abc', truncated: true })
})
