/** Passages: all of the text, bounded, at the best places, and never in the way of other work. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Chunkable, createChunker } from '../../../src/search/chunk/chunker.ts'
import { turnsOf } from '../../support/turns.ts'

const chunk = (document: Chunkable, size = 200, overlap = 40) =>
  createChunker({ size, overlap }).chunk(document)
const markdown = (text: string): Chunkable => ({ text, format: 'markdown', pages: [] })
const plain = (text: string): Chunkable => ({ text, format: 'plain', pages: [] })
const words = (count: number, word = 'lorem') => Array(count).fill(word).join(' ')

/** Texts with everything that matters to the places of cuts. */
const piece = fc.oneof(
  fc.constantFrom(
    '\n',
    '\n\n',
    ' ',
    '\t',
    '# ',
    '## ',
    '\n# A\n',
    '\n### B ###\n',
    '```',
    '\n```js\n',
    '~~~\n',
    '- ',
    '\n* ',
    '\n1. ',
    '| a | b |\n',
    '.',
    '. ',
    '? ',
    '。',
    '👩‍👩‍👧',
    '😀',
    '\ud83d',
    '\udc00',
    '\u2028',
    '    ',
    '===\n',
    '---\n',
    '\u00a0',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ maxLength: 60 }),
  fc.nat({ max: 80 }).map(count => 'x'.repeat(count)),
)
const text = fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join(''))
const settings = fc
  .record({
    size: fc.integer({ min: 8, max: 120 }),
    share: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(({ size, share }) => ({ size, overlap: Math.floor(size * share) }))
const document = fc
  .record({
    text,
    format: fc.constantFrom('markdown' as const, 'plain' as const),
    breaks: fc.array(fc.nat({ max: 600 }), { maxLength: 4 }),
  })
  .map(({ text, format, breaks }) => ({
    text,
    format,
    pages: [...new Set(breaks.filter(at => at <= text.length && !splitsPair(text, at)))]
      .toSorted((a, b) => a - b)
      .map((start, at) => ({ number: at + 1, start })),
  }))

function splitsPair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at))
}

describe('whatever the text', () => {
  test('passages are bounded, in order, and nothing but blank space is left out', async () => {
    await fc.assert(
      fc.asyncProperty(document, settings, async (document, { size, overlap }) => {
        const passages = await chunk(document, size, overlap)
        let [covered, started] = [0, -1]
        for (const [at, passage] of passages.entries()) {
          const { index, start, end } = passage
          expect(index).toBe(at)
          expect(passage.text).toBe(document.text.slice(start, end))
          expect(passage.text).toBe(passage.text.trim())
          expect(passage.text).not.toBe('')
          expect(end - start).toBeLessThanOrEqual(size)
          expect(start).toBeGreaterThan(started)
          expect(end).toBeGreaterThan(covered)
          expect(covered - start).toBeLessThanOrEqual(overlap)
          expect(document.text.slice(covered, Math.max(start, covered)).trim()).toBe('')
          expect(splitsPair(document.text, start) || splitsPair(document.text, end)).toBe(false)
          ;[covered, started] = [end, start]
        }
        expect(document.text.slice(covered).trim()).toBe('')
      }),
      { numRuns: 2_000 },
    )
  })

  test('no passage reaches over a page, and each knows its own', async () => {
    await fc.assert(
      fc.asyncProperty(document, settings, async (document, { size, overlap }) => {
        for (const { start, end, page, pageEnd } of await chunk(document, size, overlap)) {
          const on = document.pages.findLast(each => each.start <= start)
          expect([page, pageEnd]).toEqual([on?.number, on?.number])
          expect(document.pages.some(each => each.start > start && each.start < end)).toBe(false)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('each passage adds at least an eighth of its size, save before headings and pages', async () => {
    const passages = await chunk(plain(`${'x'.repeat(5_000)} ${words(2_000)}`), 200, 100)
    for (const [at, { end }] of passages.entries()) {
      if (at === 0 || at === passages.length - 1) continue
      expect(end - (passages[at - 1]?.end ?? 0)).toBeGreaterThanOrEqual(25)
    }
  })
})

describe('by structure', () => {
  test('sections are passages of their own and know what they stand under', async () => {
    const sections = [
      `# Trip\n\n${words(20)}`,
      `## Packing\n\n${words(20)}`,
      `### Shoes ##\n\n${words(20)}`,
      `## Route\n\n${words(20)}`,
    ]
    const passages = await chunk(markdown(sections.join('\n\n')))
    expect(passages.map(each => each.text)).toEqual(sections)
    expect(passages.map(each => each.headings)).toEqual([
      [],
      ['Trip'],
      ['Trip', 'Packing'],
      ['Trip'],
    ])
  })

  test('a section too small to stand alone goes with the next one', async () => {
    const passages = await chunk(markdown(`# A\n\nshort\n\n# B\n\n${words(20)}`))
    expect(passages).toHaveLength(1)
  })

  test('a long section is cut at its paragraphs, and all of it is under its heading', async () => {
    const passages = await chunk(
      markdown(`# A\n\n${words(25)}.\n\n${words(25, 'ipsum')}.\n\n${words(25, 'dolor')}.`),
      200,
      0,
    )
    expect(passages.map(each => each.text.split(/\s/).at(-1))).toEqual([
      'lorem.',
      'ipsum.',
      'dolor.',
    ])
    expect(passages.map(each => each.headings)).toEqual([[], ['A'], ['A']])
  })

  test('an underlined line is a heading; front matter is not', async () => {
    const passages = await chunk(
      markdown(`---\ntags: x\n---\n${words(20)}\n\nTitle\n=====\n\n${words(60)}`),
      200,
      0,
    )
    expect(passages[1]?.text).toMatch(/^Title\n=====/)
    expect(passages.at(-1)?.headings).toEqual(['Title'])
  })

  test('what is in a code block is no heading, and its blank lines are no paragraphs', async () => {
    const code = `\`\`\`sh\n${words(8)}\n\n# not a heading\n${words(8)}\n\`\`\``
    const passages = await chunk(
      markdown(`${words(25)}\n\n${code}\n\n# Real\n\n${words(30)}`),
      200,
      0,
    )
    expect(passages.map(each => each.text.split('\n')[0])).toEqual([words(25), '```sh', '# Real'])
  })

  test('a code block that is too long is cut at its lines', async () => {
    const lines = Array.from({ length: 40 }, (_, at) => `const value${at} = compute(${at})`)
    const passages = await chunk(markdown(`\`\`\`\n${lines.join('\n')}\n\`\`\``), 200, 0)
    for (const { text } of passages) expect(text).toMatch(/^(```|const).*(\)|```)$/s)
    expect(passages.at(-1)?.text).toMatch(/\)\n```$/)
  })

  test.each([
    ['items of a list', (at: number) => `- item ${at} ${words(5)}`, /^- item/],
    ['numbered items', (at: number) => `${at}. item ${words(5)}`, /^\d+\. item/],
    ['rows of a table', (at: number) => `| row ${at} | ${words(5)} |`, /^\| row.*\|$/s],
  ])('%s stay whole', async (_, line, whole) => {
    const passages = await chunk(
      markdown(Array.from({ length: 30 }, (_, at) => line(at)).join('\n')),
      200,
      0,
    )
    expect(passages.length).toBeGreaterThan(3)
    for (const { text } of passages) expect(text).toMatch(whole)
  })

  test('sentences stay whole where a paragraph cannot', async () => {
    const text = Array.from({ length: 40 }, (_, at) => `Sentence ${at} is this.`).join(' ')
    for (const passage of await chunk(plain(text), 200, 0))
      expect(passage.text).toMatch(/^Sentence.*this\.$/)
  })

  test('a passage takes up the last sentence of the one before, within a section only', async () => {
    const text = Array.from({ length: 40 }, (_, at) => `Sentence ${at} is this.`).join(' ')
    const passages = await chunk(markdown(`${text}\n\n# New\n\n${words(20)}`), 200, 40)
    const [first, second] = passages
    expect(second?.start).toBeLessThan(first?.end ?? 0)
    expect(second?.text).toMatch(/^Sentence/)
    expect(passages.at(-1)?.text).toMatch(/^# New/)
  })

  test('a long heading stays with what follows it, a blank line between them or not', async () => {
    for (const gap of ['\n', '\n\n']) {
      const [first] = await chunk(markdown(`# ${words(15)}${gap}${words(80, 'ipsum')}`), 200, 0)
      expect(first?.text).toContain('ipsum')
    }
  })

  test('a heading is never left behind alone', async () => {
    for (let before = 20; before < 45; before++) {
      const text = `# A\n\n${words(before)}\n\n## B\n\n- ${words(30)}`
      for (const passage of await chunk(markdown(text), 200, 0))
        expect(passage.text).not.toMatch(/B$/)
    }
  })
})

test.each([
  [100, 51],
  [100, 100],
  [100, 300],
  [100, -1],
  [0, 0],
  [Number.NaN, 0],
])('size %i with overlap %i is refused', (size, overlap) => {
  expect(() => createChunker({ size, overlap })).toThrow(RangeError)
})

test('settings are part of the version', () => {
  const versions = [
    [1_000, 100],
    [1_000, 0],
    [900, 100],
  ].map(([size = 0, overlap = 0]) => createChunker({ size, overlap }).version)
  expect(new Set(versions).size).toBe(3)
})

test('an aborted one ends', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  const text = words(400_000)
  await expect(createChunker({ size: 200, overlap: 0 }).chunk(plain(text), signal)).rejects.toThrow(
    'enough',
  )
})

describe.each([
  ['one word', 'x'.repeat(10_000_000)],
  ['one line', words(1_666_667)],
  ['nothing but space', ' '.repeat(10_000_000)],
  ['lines of code', `\`\`\`\n${'x = y\n'.repeat(1_666_667)}`],
  ['one heading', `# ${'#  '.repeat(3_333_333)}`],
])('ten megabytes of %s', (_, text) => {
  const runs = async (length: number) => {
    const chunker = createChunker({ size: 1_000, overlap: 100 })
    const turns = await turnsOf(() => chunker.chunk(markdown(text.slice(0, length))))
    return { longest: Math.max(...turns), took: turns.reduce((sum, turn) => sum + turn, 0) }
  }

  test('take time in proportion, and never hold up the event loop', async () => {
    await runs(1_000_000) // Compiled by then.
    const tenth = await runs(1_000_000)
    const whole = await runs(10_000_000)
    expect(whole.took).toBeLessThan(Math.max(tenth.took, 10) * 25)
    // A collection of garbage may fall into a turn; the best of some is what the code itself needs.
    const longest = [whole.longest]
    while (Math.min(...longest) >= 20 && longest.length < 8) {
      longest.push((await runs(10_000_000)).longest)
    }
    expect(Math.min(...longest)).toBeLessThan(20)
  }, 60_000)
})
