import { describe, expect, test } from 'vitest'
import { formatOfType, mediaTypeOf } from '../../../src/documents/formats.ts'
import { FIXTURES } from '../../support/documents/fixtures.ts'
import { docx, openDocument, paragraph, wordTable, xlsx } from '../../support/documents/office.ts'
import { pdf } from '../../support/documents/pdf.ts'
import { fixture, parsed } from '../../support/documents/read.ts'

const TABLE = '| Berth | Depth |\n| --- | --- |\n| North | 12 m |'

test('the committed files are those that the script writes', () => {
  for (const [name, bytes] of Object.entries(FIXTURES)) {
    expect(fixture(name).equals(bytes), name).toBe(true)
  }
})

describe('every format is read', () => {
  test.each([
    [
      'harbour.pdf',
      'plain',
      'Harbour report\nThe crane (no. 7) lifts 40 tonnes.\n\nSecond page\nTide tables follow.\n\nThird page\nThe end.',
    ],
    [
      'harbour.docx',
      'markdown',
      `# Harbour report\n\nThe crane lifts 40 tonnes & more. Grüße!\n\n${TABLE}`,
    ],
    [
      'harbour.odt',
      'markdown',
      `## Harbour report\n\nThe crane  lifts 40 tonnes[^1].\n\n- North\n  - Inner\n- South\n\n${TABLE}\n\n[^1]: Metric.`,
    ],
    ['harbour.pptx', 'markdown', '## Harbour\n\nCrane\nTide\n\nNotes: Say hello.\n\n## Questions'],
    ['harbour.odp', 'markdown', '## Harbour\n\n- Crane\n\nNotes: Say hello.\n\nQuestions'],
    [
      'harbour.xlsx',
      'markdown',
      '## Berths\n\n| Berth | Depth |  | Open |\n| --- | --- | --- | --- |\n| North | 12.5 | 2026-03-01 | TRUE |\n\n## Tides\n\n| 2026-03-01 13:30 |\n| --- |',
    ],
    [
      'harbour.ods',
      'markdown',
      `## Berths\n\n${TABLE}\n\n## Tides\n\n| high | high |\n| --- | --- |\n| high | high |`,
    ],
    [
      'harbour.epub',
      'markdown',
      '# The crane\n\nIt lifts 40 tonnes.\n\n# The tide\n\nIt comes *twice*.',
    ],
    ['harbour.htm', 'markdown', '# Harbour report\n\nThe **crane** lifts 40 tonnes. Grüße!'],
    ['harbour.md', 'markdown', '# Harbour report\n\nThe **crane** lifts 40 tonnes.'],
    ['harbour.txt', 'plain', 'Harbour report\nThe crane lifts 40 tonnes.'],
    [
      'harbour.eml',
      'markdown',
      '# Harbour report ⚓\n\nFrom: Jörg <joerg@example.org>\nTo: Harbour <harbour@example.org>, crane@example.org\nDate: 2026-01-01T11:00:00.000Z\nAttachments: tides.pdf\n\nThe **crane** lifts 40 tonnes.',
    ],
  ])('%s', async (name, format, text) => {
    expect(await parsed(name)).toMatchObject({ text, format, truncated: false })
  })

  test('with its title', async () => {
    const names = ['pdf', 'docx', 'odt', 'pptx', 'odp', 'xlsx', 'ods', 'epub', 'htm']
    const titles = await Promise.all(
      names.map(async ending => (await parsed(`harbour.${ending}`)).title),
    )
    expect(titles).toEqual(names.map(() => 'Harbour 2026'))
    expect((await parsed('harbour.md')).title).toBe('Harbour report')
    expect((await parsed('harbour.eml')).title).toBe('Harbour report ⚓')
    expect((await parsed('harbour.txt')).title).toBeUndefined()
  })
})

describe('pages', () => {
  test.each([
    ['harbour.pdf', 3, 'Second page'],
    ['harbour.pptx', 2, '## Questions'],
    ['harbour.odp', 2, 'Questions'],
    ['harbour.xlsx', 2, '## Tides'],
    ['harbour.ods', 2, '## Tides'],
    ['harbour.epub', 2, '# The tide'],
  ])('%s: where they start, and one of them alone', async (name, count, second) => {
    const whole = await parsed(name)
    expect(whole.pageCount).toBe(count)
    expect(whole.pages.map(({ number }) => number)).toEqual(
      Array.from({ length: count }, (_, at) => at + 1),
    )
    expect(whole.pages[0]?.start).toBe(0)
    expect(whole.text.slice(whole.pages[1]?.start).startsWith(second)).toBe(true)

    const one = await parsed(name, undefined, { range: { first: 2, last: 2 } })
    expect(one).toMatchObject({ pageCount: count, pages: [{ number: 2, start: 0 }] })
    expect(one.text).toBe(whole.text.slice(whole.pages[1]?.start, whole.pages[2]?.start).trimEnd())
  })

  test('of 300, only those asked for are parsed', async () => {
    const long = pdf(Array.from({ length: 300 }, (_, at) => [`This is page ${at + 1}`]))
    const some = await parsed('long.pdf', long, { range: { first: 10, last: 12 } })
    expect(some.text).toBe('This is page 10\n\nThis is page 11\n\nThis is page 12')
    expect(some).toMatchObject({ pageCount: 300, truncated: false })
    const all = await parsed('long.pdf', long)
    expect(all.pages).toHaveLength(300)
    expect(all.text.endsWith('This is page 300')).toBe(true)
  })

  test('a page that cannot be parsed hurts only those who ask for it', async () => {
    const broken = { operators: `BT /F1 12 Tf ${'['.repeat(20)} (x) Tj` }
    const file = pdf([['First'], broken, ['Third']])
    const third = await parsed('x.pdf', file, { range: { first: 3, last: 9 } })
    expect(third).toMatchObject({ text: 'Third', pageCount: 3 })
  })

  test('more than the cap are not read, which is told', async () => {
    const long = pdf(Array.from({ length: 5 }, (_, at) => [`Page ${at + 1}`]))
    const cut = await parsed('x.pdf', long, { limits: { pages: 2 } })
    expect(cut).toMatchObject({ text: 'Page 1\n\nPage 2', truncated: true, pageCount: 5 })
    const rest = await parsed('x.pdf', long, { limits: { pages: 3 }, range: { first: 3, last: 5 } })
    expect(rest).toMatchObject({ text: 'Page 3\n\nPage 4\n\nPage 5', truncated: false })
  })
})

describe('text', () => {
  test('is as long as the cap, which is told', async () => {
    const cut = await parsed('x.txt', Buffer.from('a😀b'.repeat(10)), { limits: { characters: 6 } })
    expect(cut).toMatchObject({ text: 'a😀ba\uFFFD', truncated: true })
    const exact = await parsed('x.txt', Buffer.from('abcdef'), { limits: { characters: 6 } })
    expect(exact).toMatchObject({ text: 'abcdef', truncated: false })
  })

  test('is in normal form C, without controls, with one kind of line break', async () => {
    const text = 'u\u0308\r\na\u0007\rb  \n\n\n\nc\u2028d'
    expect((await parsed('x.txt', Buffer.from(text))).text).toBe('ü\na\nb\n\nc\nd')
  })

  test.each([
    [Buffer.from('\uFEFFGrüße'), 'Grüße'],
    [Buffer.from('\uFEFFGrüße', 'utf16le'), 'Grüße'],
    [Buffer.from('Grüße', 'latin1'), 'Grüße'],
    [Buffer.alloc(0), ''],
  ])('in any encoding %#', async (bytes, text) => {
    expect((await parsed('x.txt', bytes)).text).toBe(text)
  })
})

describe('details', () => {
  test('what a table of Word holds stays in its cells', async () => {
    const body = wordTable([['a|b', 'two']])
    expect((await parsed('x.docx', docx('', body))).text).toBe('| a\\|b | two |\n| --- | --- |')
  })

  test('long documents of Word are read to their end', async () => {
    const body = Array.from({ length: 20_000 }, (_, at) => paragraph(`Paragraph ${at} `.repeat(5)))
    const { text, truncated } = await parsed('x.docx', docx('', body.join('')))
    expect(text.endsWith('Paragraph 19999')).toBe(true)
    expect(text.length).toBeGreaterThan(1_000_000)
    expect(truncated).toBe(false)
  })

  test('rows of a sheet that are repeated a million times take no memory', async () => {
    const row =
      '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
    const file = openDocument('spreadsheet', '', `<table:table table:name="T">${row}</table:table>`)
    const { text, truncated } = await parsed('x.ods', file, { limits: { characters: 10_000 } })
    expect(text.length).toBeLessThanOrEqual(10_000)
    expect(truncated).toBe(true)
  })

  test.each([
    ['<c r="A1" s="1"><v>1</v></c>', '1900-01-01'],
    ['<c r="A1" s="1"><v>61</v></c>', '1900-03-01'],
    ['<c r="A1" s="2"><v>0.5</v></c>', '1899-12-30 12:00'],
    ['<c r="A1" s="1"><v>1e300</v></c>', '1e300'],
    ['<c r="A1" s="99"><v>7</v></c>', '7'],
    ['<c r="A1" t="e"><v>#REF!</v></c>', '#REF!'],
    ['<c r="A1" t="s"><v>99</v></c><c r="B1"><v>1</v></c>', '1'],
    ['<c><v>1</v></c><c><v>2</v></c>', '1 | 2'],
  ])('the cell %s', async (cell, shown) => {
    const { text } = await parsed('x.xlsx', xlsx('', { S: `<row r="1">${cell}</row>` }))
    expect(text.split('\n')[2]).toBe(`| ${shown} |`)
  })

  test('an e-mail with text and HTML is read as text', async () => {
    const mail = 'Subject: Hi\r\nContent-Type: text/plain\r\n\r\nHello & bye\r\n'
    expect((await parsed('x.eml', Buffer.from(mail))).text).toBe('# Hi\n\nHello & bye')
  })
})

describe('media types', () => {
  test.each([
    ['Report.PDF', undefined, 'pdf'],
    ['report.pdf', 'application/octet-stream', 'pdf'],
    ['report', 'application/pdf; charset=binary', 'pdf'],
    ['a.b/report', undefined, undefined],
    ['data.csv', 'text/csv', 'text'],
    ['data.json', 'application/json', 'text'],
    ['letter.rtf', 'text/rtf', undefined],
    ['old.doc', undefined, undefined],
    ['photo.jpg', undefined, 'image'],
    ['constructor', 'constructor', undefined],
    ['x.constructor', undefined, undefined],
  ])('%s, declared as %s, is %s', (name, mediaType, format) => {
    expect(formatOfType(mediaTypeOf({ name, mediaType }))).toBe(format)
  })
})
