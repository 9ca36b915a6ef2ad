/** Files that are broken, locked, or made to hurt. */

import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DocumentError } from '../../../src/documents/document.ts'
import { DEFAULT_LIMITS } from '../../../src/documents/limits.ts'
import { parse } from '../../../src/documents/parse/index.ts'
import { createPool, type Pool } from '../../../src/documents/worker/pool.ts'
import { archive, bomb } from '../../support/documents/archive.ts'
import { docx, openDocument, paragraph, pptx, shape, xlsx } from '../../support/documents/office.ts'
import { pdf } from '../../support/documents/pdf.ts'
import { codeOf, fixture, jobOf, parsed } from '../../support/documents/read.ts'

const MEBIBYTE = 1024 * 1024

describe('locked', () => {
  test.each(['encrypted.pdf', 'encrypted.odt'])('%s', async name => {
    expect(await codeOf(parsed(name))).toBe('ENCRYPTED')
  })

  test('a document of Office, which becomes a compound file', async () => {
    const head = Buffer.from('d0cf11e0a1b11ae1', 'hex')
    const locked = Buffer.concat([head, Buffer.from('EncryptedPackage', 'utf16le')])
    expect(await codeOf(parsed('x.docx', locked))).toBe('ENCRYPTED')
    expect(await codeOf(parsed('x.xlsx', Buffer.concat([head, Buffer.alloc(512)])))).toBe('DAMAGED')
  })

  test('an archive whose files are encrypted', async () => {
    const file = Buffer.from(archive({ 'content.xml': '<a/>' }))
    for (const signature of ['PK\x03\x04', 'PK\x01\x02']) {
      const at = file.indexOf(signature, 0, 'latin1') + (signature === 'PK\x03\x04' ? 6 : 8)
      file[at] = (file[at] ?? 0) | 1
    }
    expect(await codeOf(parsed('x.odt', file))).toBe('ENCRYPTED')
  })

  test('a book with protected chapters, not one with protected fonts', async () => {
    const book = (name: string) =>
      archive({
        'META-INF/container.xml':
          '<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>',
        'META-INF/encryption.xml': `<e><CipherReference URI="${name}"/></e>`,
        'b.opf':
          '<package><manifest><item id="c" href="c.html"/></manifest><spine><itemref idref="c"/></spine></package>',
        'c.html': '<p>Open</p>',
      })
    expect(await codeOf(parsed('x.epub', book('c.html')))).toBe('ENCRYPTED')
    expect((await parsed('x.epub', book('font.otf'))).text).toBe('Open')
  })
})

describe('bombs', () => {
  test('that say how large they are are not unpacked', async () => {
    const file = bomb('content.xml', 300 * MEBIBYTE)
    expect(file.length).toBeLessThan(MEBIBYTE)
    const before = process.memoryUsage.rss()
    expect(await codeOf(parsed('x.odt', file))).toBe('TOO_LARGE')
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MEBIBYTE)
  })

  test('that lie are unpacked as far as they said', async () => {
    const file = bomb('content.xml', 300 * MEBIBYTE, 1_000)
    const before = process.memoryUsage.rss()
    expect(await codeOf(parsed('x.odt', file))).toBe('DAMAGED')
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MEBIBYTE)
  })

  test('of many files count as one', async () => {
    const part = '<w/>'.padEnd(MEBIBYTE)
    const parts = Array.from({ length: 9 }, (_, at) => [`word/p${at}.xml`, part])
    const file = archive({ ...Object.fromEntries(parts), 'word/document.xml': '<w:document/>' })
    const limits = { unpackedBytes: 8 * MEBIBYTE }
    expect(await codeOf(parsed('x.docx', file, { limits }))).toBe('TOO_LARGE')
  })

  test('of names alone are not listed', async () => {
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`f${at}`, strToU8('')]))
    const limits = { entries: 49 }
    expect(await codeOf(parsed('x.odt', zipSync(files), { limits }))).toBe('TOO_LARGE')
  })
})

describe('XML', () => {
  const odt = (content: string) => archive({ 'content.xml': content })

  test.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity of nobody', '<a>&b;</a>'],
    ['an unclosed element', '<a><b></a>'],
    ['no end of levels', '<a>'.repeat(100_000)],
    ['nothing', ''],
  ])('with %s is refused', async (_, content) => {
    expect(await codeOf(parsed('x.odt', odt(content)))).toBe('DAMAGED')
  })

  test('with a document type is refused in Word documents as well', async () => {
    const file = archive({
      'word/document.xml': '<!DOCTYPE w><w:document xmlns:w="x"><w:body/></w:document>',
    })
    expect(await codeOf(parsed('x.docx', file))).toBe('DAMAGED')
  })

  test('that expands by nesting frames and notes is read in one pass', async () => {
    const nested = '<text:p><draw:frame><draw:text-box>'.repeat(300)
    const ends = '</draw:text-box></draw:frame></text:p>'.repeat(300)
    const file = openDocument('text', '', `${nested}<text:p>deep</text:p>${ends}`)
    expect((await parsed('x.odt', file)).text).toBe('deep')
  })
})

describe('broken', () => {
  test.each(['pdf', 'docx', 'odt', 'ods', 'odp', 'pptx', 'xlsx', 'epub', 'eml'])(
    '%s: nothing, and what is something else',
    async ending => {
      expect(await codeOf(parsed(`x.${ending}`, Buffer.alloc(0)))).toBe('DAMAGED')
      expect(await codeOf(parsed(`x.${ending}`, Buffer.from('\n\nHello')))).toBe('DAMAGED')
      expect(await codeOf(parsed(`x.${ending}`, archive({ 'a.txt': 'b' })))).toBe('DAMAGED')
    },
  )

  test('what is called text and is none', async () => {
    expect(
      await codeOf(parsed('x.txt', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))),
    ).toBe('DAMAGED')
  })

  test('pages behind the end', async () => {
    const range = { first: 4, last: 5 }
    expect(await codeOf(parsed('harbour.pdf', undefined, { range }))).toBe('NO_SUCH_PAGE')
    expect(await codeOf(parsed('harbour.xlsx', undefined, { range }))).toBe('NO_SUCH_PAGE')
  })

  test.each([
    'harbour.docx',
    'harbour.odt',
    'harbour.ods',
    'harbour.odp',
    'harbour.pptx',
    'harbour.xlsx',
    'harbour.epub',
  ])('%s cut at any length', async name => {
    const whole = fixture(name)
    for (let length = 0; length < whole.length; length++) {
      expect(await codeOf(parsed(name, whole.subarray(0, length))), `${length}`).toBe('DAMAGED')
    }
  })

  test('a PDF cut at any length is read as far as it goes, or is damaged', async () => {
    const whole = fixture('harbour.pdf')
    for (let length = 0; length < whole.length; length += 7) {
      const outcome = await outcomeOf(parsed('harbour.pdf', whole.subarray(0, length)))
      expect(['text', 'DAMAGED'], `${length}`).toContain(outcome)
    }
  }, 60_000)
})

describe('whatever is in them', () => {
  const names = ['pdf', 'docx', 'odt', 'ods', 'odp', 'pptx', 'xlsx', 'epub', 'eml', 'htm']

  // PDFs apart from this thread, as files of people are read: of what pdf.js begins in a damaged one
  // it does not wait for everything, and a failure that nobody waits for ends a thread.
  let pool: Pool
  beforeAll(() => {
    pool = createPool({ limits: DEFAULT_LIMITS, threads: 1, idleMs: 60_000, ocr: undefined })
  })
  afterAll(() => pool.close())

  test.each(names)(
    '%s with bytes changed ends in text or a DocumentError',
    async ending => {
      const name = `harbour.${ending}`
      const whole = fixture(name)
      const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async changes => {
          const changed = Buffer.from(whole)
          for (const { at, byte } of changes) changed[at] = byte
          const job = jobOf(name, changed)
          const reading = ending === 'pdf' ? pool.run(job) : parse(job)
          expect(typeof (await outcomeOf(reading))).toBe('string')
        }),
        { numRuns: 60 },
      )
    },
    60_000,
  )

  const tags = [
    'w:p',
    'w:r',
    'w:t',
    'w:tbl',
    'w:tr',
    'w:tc',
    'w:pPr',
    'w:numPr',
    'w:sdt',
    'w:fldSimple',
  ]
  const tree = fc.letrec<{ node: string }>(tie => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('a', 'ü', '&amp;', ' '),
      fc
        .tuple(fc.constantFrom(...tags), fc.array(tie('node'), { maxLength: 4 }))
        .map(([tag, inner]) => `<${tag}>${inner.join('')}</${tag}>`),
    ),
  })).node

  test('elements in any order', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async xml => {
        const swap = (from: string) => xml.replaceAll('w:', from)
        await outcomeOf(parsed('x.docx', docx('', xml)))
        await outcomeOf(parsed('x.odt', openDocument('text', '', swap('text:'))))
        await outcomeOf(parsed('x.ods', openDocument('spreadsheet', '', swap('table:'))))
        await outcomeOf(parsed('x.pptx', pptx('', [{ shapes: swap('a:') + shape('body', 'x') }])))
        await outcomeOf(parsed('x.xlsx', xlsx('', { S: xml.replaceAll('w:', '') })))
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

test('pages keep their numbers where some are empty', async () => {
  const { pages, text } = await parsed('x.pdf', pdf([['One'], [], ['Three']]))
  expect(pages.map(({ number }) => number)).toEqual([1, 2, 3])
  expect(text.slice(pages[2]?.start)).toBe('Three')
  expect(text.slice(pages[1]?.start, pages[2]?.start).trim()).toBe('')
})

test('a heading of Word is one', async () => {
  expect((await parsed('x.docx', docx('', paragraph('Top', 'Heading1')))).text).toBe('# Top')
})

/** `text`, or the code of a DocumentError; any other failure fails the test. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'text'
  } catch (error) {
    if (error instanceof DocumentError) return error.code
    throw error
  }
}
