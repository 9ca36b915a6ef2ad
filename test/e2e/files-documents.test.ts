/** nc_webdav_read_file gives documents as text. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../support/backend.ts'
import { bomb } from '../support/documents/archive.ts'
import { pdf } from '../support/documents/pdf.ts'
import { fixture } from '../support/documents/read.ts'
import { json, startService } from '../support/documents/service.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
const root = `mcp-test-documents-${process.pid}-${Date.now()}`
const at = (name: string) => `${root}/${name}`

async function put(name: string, bytes: Uint8Array, more: object = {}): Promise<void> {
  const content = Buffer.from(bytes).toString('base64')
  await h.ok('nc_webdav_write_file', {
    path: at(name),
    content,
    content_type: 'application/octet-stream;base64',
    ...more,
  })
}
const read = (name: string, more: object = {}) =>
  h.ok('nc_webdav_read_file', { path: at(name), ...more })
const failed = async (name: string, more: object = {}) =>
  (await h.call('nc_webdav_read_file', { path: at(name), ...more })).error

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
  await Promise.all(
    ['harbour.pdf', 'harbour.htm', 'harbour.md'].map(name => put(name, fixture(name))),
  )
  await put('page.html', Buffer.from('<h1>Hello</h1>'))
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

describe('by itself', () => {
  test('a PDF is given as text, with its pages marked, in one request', async () => {
    let answer: unknown
    const requests = await h.requestsOf(async () => {
      answer = await read('harbour.pdf')
    })
    expect(requests).toHaveLength(1)
    expect(answer).toEqual({
      untrusted_content: true,
      path: at('harbour.pdf'),
      content:
        '<!-- page 1 -->\n\nHarbour report\nThe crane (no. 7) lifts 40 tonnes.\n\n<!-- page 2 -->\n\nSecond page\nTide tables follow.\n\n<!-- page 3 -->\n\nThird page\nThe end.',
      content_type: 'application/pdf',
      size: fixture('harbour.pdf').length,
      encoding: 'utf-8',
      content_format: 'text',
      etag: expect.stringMatching(/^[^"]+$/),
      last_modified: expect.stringMatching(/GMT$/),
      parsed: true,
      parse_status: 'parsed',
      parse_tier: 'fast',
      parse_processor: 'pdf',
      parse_notes: [],
      parsing_metadata: { title: 'Harbour 2026' },
      page_count: 3,
      page_start: 1,
      page_end: 3,
    })
  })

  test.each([
    ['docx', 'docx', 'The crane lifts 40 tonnes & more'],
    ['odt', 'odt', '| North | 12 m |'],
    ['ods', 'ods', '<!-- page 2 -->\n\n## Tides'],
    ['odp', 'odp', '- Crane'],
    ['pptx', 'pptx', 'Notes: Say hello.'],
    ['xlsx', 'xlsx', '| North | 12.5 | 2026-03-01 | TRUE |'],
    ['epub', 'epub', '# The tide'],
    ['eml', 'email', 'Attachments: tides.pdf'],
  ])('%s is given as Markdown', async (ending, processor, text) => {
    await put(`harbour.${ending}`, fixture(`harbour.${ending}`))
    const answer = await read(`harbour.${ending}`)
    expect(answer).toMatchObject({
      parsed: true,
      content_format: 'markdown',
      parse_tier: 'structured',
      parse_processor: processor,
      encoding: 'utf-8',
    })
    expect(answer.content).toContain(text)
  })

  test('text stays the text that it is: somebody may want to change it', async () => {
    expect(await read('harbour.md')).toMatchObject({
      content: fixture('harbour.md').toString(),
      parsed: false,
      parse_status: 'not_applicable',
      content_format: 'text',
    })
    expect((await read('page.html')).content).toBe('<h1>Hello</h1>')
  })

  test('pictures stay what they are where there is no OCR', async () => {
    await put('photo.png', Buffer.from('89504e470d0a1a0a', 'hex'))
    expect(await read('photo.png')).toMatchObject({
      content: 'iVBORw0KGgo=',
      parse_status: 'skipped',
      content_format: 'base64',
      parse_notes: [],
    })
  })

  test('an earlier version of a document is read as well', async () => {
    await put('versions.pdf', pdf([['The first']]))
    const versions = async () =>
      (await h.ok('nc_webdav_list_versions', { path: at('versions.pdf') })).versions
    // Nextcloud keeps one of those that are written within a second.
    await expect
      .poll(
        async () => {
          const { etag } = await read('versions.pdf', { parse_document: 'raw' })
          await put('versions.pdf', pdf([[`The second ${Date.now()}`]]), { if_match: etag })
          return (await versions()).length
        },
        { timeout: 10_000, interval: 500 },
      )
      .toBeGreaterThan(1)
    const oldest = (await versions()).at(-1)
    const { content } = await read('versions.pdf', { version: oldest.version })
    expect(content).toMatch(/^<!-- page 1 -->\n\nThe (first|second)/)
    expect(content).not.toBe((await read('versions.pdf')).content)
  })
})

describe('as asked', () => {
  test('raw gives the file itself', async () => {
    const content = fixture('harbour.pdf').toString('base64')
    for (const parse_document of ['raw', false]) {
      expect(await read('harbour.pdf', { parse_document })).toMatchObject({
        content,
        parsed: false,
        parse_status: 'skipped',
        encoding: 'base64',
      })
    }
    expect(await read('harbour.pdf', { parse_document: true })).toMatchObject({ parsed: true })
  })

  test('markdown converts HTML too, and says what it cannot', async () => {
    expect(await read('harbour.htm', { parse_document: 'markdown' })).toMatchObject({
      content: '# Harbour report\n\nThe **crane** lifts 40 tonnes. Grüße!',
      content_format: 'markdown',
    })
    await put('data.bin', Buffer.from([0, 1, 2]))
    expect(await read('data.bin', { parse_document: 'markdown' })).toMatchObject({
      parse_status: 'skipped',
      parse_notes: [expect.stringContaining('not converted')],
    })
  })

  test.each([
    [{ pages: '2' }, 2, 2],
    [{ pages: '2-3' }, 2, 3],
    [{ pages: ' 2 - ' }, 2, 3],
    [{ page_start: 2 }, 2, 3],
    [{ page_end: 2 }, 1, 2],
    [{ page_start: 2, page_end: 2 }, 2, 2],
  ])('pages: %j', async (asked, first, last) => {
    const { content, ...answer } = await read('harbour.pdf', asked)
    expect(answer).toMatchObject({ page_count: 3, page_start: first, page_end: last })
    expect(answer.parse_notes).toEqual([])
    expect(content.startsWith(`<!-- page ${first} -->`)).toBe(true)
    expect(content).not.toContain(`<!-- page ${last + 1} -->`)
  })

  test('more pages than there are is told', async () => {
    expect(await read('harbour.pdf', { pages: '3-9' })).toMatchObject({
      page_end: 3,
      parse_notes: ['The file has only 3 pages.'],
    })
  })

  test.each([
    [{ pages: '0' }],
    [{ pages: '5-3' }],
    [{ pages: 'all' }],
    [{ pages: '-3' }],
    [{ page_start: 3, page_end: 2 }],
    [{ pages: '9' }],
    [{ pages: '1', parse_document: 'raw' }],
  ])('pages that make no sense: %j', async asked => {
    expect((await failed('harbour.pdf', asked))?.code).toBe('BAD_INPUT')
  })

  test('pages of what has none are told to be left aside', async () => {
    expect((await read('harbour.md', { pages: '2' })).parse_notes).toEqual([
      'The pages were left aside: this is no document.',
    ])
    await put('pages.docx', fixture('harbour.docx'))
    expect((await read('pages.docx', { pages: '2' })).parse_notes).toEqual([
      'The format has no pages; this is all of it.',
    ])
  })

  test('in parts, cut between characters', async () => {
    await put('umlauts.pdf', pdf([['\xe4\xf6\xfc'.repeat(20)], ['The end']]))
    const whole = (await read('umlauts.pdf')).content
    let content = ''
    let offset: number | undefined = 0
    let parts = 0
    while (offset !== undefined) {
      const part: { content: string; offset?: number; next_offset?: number } = await read(
        'umlauts.pdf',
        { offset, max_bytes: 33 },
      )
      expect(part.offset ?? 0).toBe(offset)
      content += part.content
      offset = part.next_offset
      parts++
    }
    expect(content).toBe(whole)
    expect(parts).toBeGreaterThan(4)
    expect((await failed('umlauts.pdf', { offset: 100_000 }))?.code).toBe('BAD_INPUT')
  })
})

describe('a long PDF', () => {
  beforeAll(() =>
    put('long.pdf', pdf(Array.from({ length: 300 }, (_, page) => [`This is page ${page + 1}`]))),
  )

  test('is read by the pages asked for, and by all', async () => {
    const some = await read('long.pdf', { pages: '10-12' })
    expect(some).toMatchObject({ page_count: 300, page_start: 10, page_end: 12 })
    expect(some.content.match(/This is page/g)).toHaveLength(3)
    expect((await read('long.pdf')).content).toContain('This is page 300')
  })

  test('tells how far it is', async () => {
    const told: { progress: number; total?: number | undefined }[] = []
    await h.client.callTool(
      { name: 'nc_webdav_read_file', arguments: { path: at('long.pdf') } },
      { onprogress: progress => told.push(progress) },
    )
    expect(told.at(-1)).toMatchObject({ progress: 300, total: 300 })
    expect(told.map(({ progress }) => progress)).toEqual(
      told.map(({ progress }) => progress).toSorted((a, b) => a - b),
    )
  })
})

describe('what cannot be read is told, and how to get it nonetheless', () => {
  test.each([
    ['locked.pdf', () => fixture('encrypted.pdf'), 'ENCRYPTED'],
    ['cut.docx', () => fixture('harbour.docx').subarray(0, 900), 'DAMAGED'],
    ['lie.xlsx', () => Buffer.from('just text'), 'DAMAGED'],
    ['bomb.odt', () => bomb('content.xml', 1_000_000, 250 * 1024 * 1024), 'TOO_LARGE'],
  ])('%s', async (name, bytes, code) => {
    await put(name, bytes())
    expect(await failed(name)).toMatchObject({
      code,
      subject: at(name),
      hint: expect.stringContaining('parse_document="raw"'),
    })
    const raw = await read(name, { parse_document: 'raw' })
    expect(raw.content).toBe(
      Buffer.from(bytes()).toString(raw.encoding === 'base64' ? 'base64' : 'utf8'),
    )
  })

  test('a folder with the name of a document', async () => {
    await h.ok('nc_webdav_create_directory', { path: at('folder.pdf') })
    expect(await failed('folder.pdf')).toMatchObject({ code: 'BAD_INPUT' })
    expect((await failed('missing.pdf'))?.code).toBe('NOT_FOUND')
  })
})

describe('as the operator says', () => {
  const start = async (environment: Record<string, string>) =>
    startHarness({ backend: { ...(await keptOpen()) }, environment })
  const keptOpen = async () =>
    h.backend.demo === undefined ? startBackend() : { ...h.backend, close: async () => {} }

  test('documents are not read at all', async () => {
    const other = await start({ ENABLE_DOCUMENT_PROCESSING: 'false' })
    const path = at('harbour.pdf')
    expect(await other.ok('nc_webdav_read_file', { path })).toMatchObject({
      parsed: false,
      parse_status: 'skipped',
      encoding: 'base64',
    })
    await other.close()
  })

  test('large ones are given as they are', async () => {
    await put('large.pdf', Buffer.concat([fixture('harbour.pdf'), Buffer.alloc(1_100_000)]))
    const other = await start({ DOCUMENT_MAX_PDF_SIZE_MB: '1' })
    expect(await other.ok('nc_webdav_read_file', { path: at('large.pdf') })).toMatchObject({
      parse_status: 'skipped',
      parse_notes: ['The file is too large to be read as a document; this is the file itself.'],
    })
    await other.close()
  })

  test('a processor of their own reads them; when it fails, that is told', async () => {
    let isUp = true
    const service = await startService((response, sent) =>
      isUp
        ? json({ text: `${sent.form.file?.[0]?.slice(0, 11)}` })(response)
        : json({}, 503)(response),
    )
    const other = await start({
      ENABLE_CUSTOM_PROCESSOR: 'true',
      CUSTOM_PROCESSOR_URL: service.url,
      CUSTOM_PROCESSOR_NAME: 'harbourmaster',
    })
    const path = at('harbour.pdf')
    expect(await other.ok('nc_webdav_read_file', { path })).toMatchObject({
      content: 'harbour.pdf',
      parse_processor: 'harbourmaster',
    })
    isUp = false
    const { error } = await other.call('nc_webdav_read_file', { path })
    expect(error).toMatchObject({ code: 'UNREACHABLE', hint: expect.stringContaining('raw') })
    expect(JSON.stringify(error)).not.toContain('127.0.0.1')
    await other.close()
    await service.close()
  })
})
