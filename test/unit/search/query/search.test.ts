/** What a search finds, in which order, and what it says of it. */
import { describe, expect, test } from 'vitest'
import { EmbeddingError } from '../../../../src/search/embed/embedder.ts'
import { IndexError } from '../../../../src/search/index/errors.ts'
import { chunksOf, idsOf, meaning, world } from './support.ts'

describe('by meaning, by words, by both', () => {
  const colours = async () => {
    const w = await world()
    await w.give(
      'alice',
      { id: 'meaning', texts: ['crimson scarlet'] },
      {
        id: 'words',
        texts: ['the quick brown fox saw a red and green fence and a blue sky again'],
      },
      { id: 'both', texts: ['red red'] },
      { id: 'neither', texts: ['azure navy'] },
    )
    return w
  }

  test('semantic', async () => {
    const result = await (await colours()).search('alice', { mode: 'semantic', limit: 2 })
    expect(idsOf(result)).toEqual(['both', 'meaning'])
    expect(result.method).toBe('semantic')
    expect(result.rows[0]).toMatchObject({ relevanceSource: 'cosine' })
    expect(result.rows[0]?.score).toBeCloseTo(1)
    expect(result.rows[0]?.relevance).toBeCloseTo(1)
  })

  test('keyword', async () => {
    const result = await (await colours()).search('alice', { mode: 'keyword' })
    expect(idsOf(result)).toEqual(['both', 'words'])
    expect(result.method).toBe('bm25')
    expect(
      result.rows.map(({ relevance, relevanceSource }) => [relevance, relevanceSource]),
    ).toEqual([
      [1, 'words'],
      [1, 'words'],
    ])
  })

  test('hybrid', async () => {
    const result = await (await colours()).search('alice', {})
    expect(idsOf(result)).toEqual(['both', 'words', 'meaning', 'neither'])
    expect(result.method).toBe('bm25_hybrid_rrf')
    expect(result.rows[0]?.score).toBeCloseTo(2 / 61)
    expect(result.notes).toEqual([])
  })

  test('dbsf', async () => {
    const result = await (await colours()).search('alice', { fusion: 'dbsf' })
    expect(idsOf(result)[0]).toBe('both')
    expect(result.method).toBe('bm25_hybrid_dbsf')
  })

  test('weights of the operator', async () => {
    const w = await world({ fusion: { k: 60, denseWeight: 0, sparseWeight: 1 } })
    await w.give('alice', { id: 'm', texts: ['crimson'] }, { id: 'w', texts: ['red green blue'] })
    expect(idsOf(await w.search('alice', {}))).toEqual(['w', 'm'])
  })

  test('a threshold is one of scores, relevance one of what was measured', async () => {
    const w = await colours()
    const ids = async (request: object) => idsOf(await w.search('alice', request))
    expect(await ids({ scoreThreshold: 0.03 })).toEqual(['both', 'words'])
    expect(await ids({ mode: 'semantic', scoreThreshold: 0.4 })).toEqual([
      'both',
      'meaning',
      'words',
    ])
    expect(await ids({ minRelevance: 0.99 })).toEqual(['both', 'words', 'meaning'])
    expect(await ids({ mode: 'semantic', minRelevance: 0.99 })).toEqual(['both', 'meaning'])
  })
})

describe('a model that gives no answer', () => {
  const failure = new EmbeddingError('UNREACHABLE', 'http://ollama.internal:11434 is down', {
    retryable: true,
  })
  const broken = async (told: unknown[] = []) => {
    const embed = () => Promise.reject(failure)
    const w = await world({ embedder: { model: 'colours', embed }, report: e => told.push(e) })
    await w.give('alice', { id: 'words', texts: ['red'] }, { id: 'meaning', texts: ['crimson'] })
    return w
  }

  test('leaves the words, and the result says so', async () => {
    const told: unknown[] = []
    const result = await (await broken(told)).search('alice', {})
    expect(idsOf(result)).toEqual(['words'])
    expect(result.method).toBe('bm25')
    expect(result.notes.join()).toContain('words alone')
    expect(result.notes.join()).not.toContain('internal')
    expect(told).toHaveLength(1)
  })

  test('fails a search by meaning, without its address', async () => {
    const search = (await broken()).search('alice', { mode: 'semantic' })
    await expect(search).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.not.stringContaining('internal'),
      details: { hint: expect.stringContaining('keyword') },
    })
  })

  test('is not asked for words', async () => {
    const result = await (await broken()).search('alice', { mode: 'keyword' })
    expect(result.notes).toEqual([])
  })

  test('one that refuses is no matter of time', async () => {
    const embed = () => Promise.reject(new EmbeddingError('REFUSED', 'no'))
    const w = await world({ embedder: { model: 'colours', embed } })
    const search = w.search('alice', { mode: 'semantic' })
    await expect(search).rejects.toMatchObject({ code: 'UPSTREAM_ERROR' })
  })
})

describe('filters', () => {
  const day = 86_400_000
  const many = async () => {
    const w = await world()
    await w.give(
      'alice',
      { id: 'old', texts: ['red'], modifiedAt: day },
      { id: 'new', texts: ['red'], modifiedAt: 3 * day },
      { id: 'timeless', texts: ['red'], type: 'file', path: '/Work/a.md' },
      { id: 'elsewhere', texts: ['red'], type: 'file', path: '/Workshop/a.md' },
    )
    return w
  }
  test.each([
    [{ types: ['file'] as const }, ['elsewhere', 'timeless']],
    [{ modifiedAfter: 2 * day }, ['new']],
    [{ modifiedBefore: 2 * day }, ['old']],
    [{ modifiedAfter: day, modifiedBefore: day }, ['old']],
    [{ pathPrefixes: ['/Work'] }, ['timeless']],
    [{ pathPrefixes: ['/Nowhere'] }, []],
  ])('%j', async (request, ids) => {
    expect(idsOf(await (await many()).search('alice', request)).toSorted()).toEqual(ids)
  })

  test('what has moved out of the folder is not shown, and stays in the index', async () => {
    const w = await many()
    w.rights.alice?.set('file:timeless', { state: 'readable', path: '/Home/a.md' })
    expect(idsOf(await w.search('alice', { pathPrefixes: ['/Work'] }))).toEqual([])
    const [row] = (await w.search('alice', { types: ['file'] })).rows.filter(
      ({ id }) => id === 'timeless',
    )
    expect(row?.path).toBe('/Home/a.md')
  })
})

describe('rows', () => {
  const document = { id: '7', type: 'file' as const, title: 'Old', pageCount: 9, modifiedAt: 5 }
  test('say where the passage is', async () => {
    const w = await world()
    await w.give('alice', { ...document, texts: ['blue', 'red'], url: '/f/7', path: '/a.pdf' })
    w.rights.alice?.set('file:7', { state: 'readable', title: 'New' })
    const { rows } = await w.search('alice', { mode: 'keyword' })
    expect(rows).toEqual([
      {
        type: 'file',
        id: '7',
        title: 'New',
        category: 'Colours',
        path: '/a.pdf',
        excerpt: 'red',
        score: expect.any(Number),
        rerankScore: undefined,
        relevance: 1,
        relevanceSource: 'words',
        chunkIndex: 1,
        totalChunks: 2,
        start: 5,
        end: 8,
        page: 9,
        pageEnd: 9,
        pageCount: 9,
        modifiedAt: 5,
        url: 'https://cloud.example/f/7',
        context: undefined,
      },
    ])
  })

  test.each([
    ['https://cloud.example/f/7', 'https://cloud.example/f/7'],
    ['javascript:alert(1)', 'https://cloud.example/javascript:alert(1)'],
    [undefined, undefined],
  ])('%s leads to %s', async (url, link) => {
    const w = await world()
    await w.give('alice', { ...document, texts: ['red'], url })
    expect((await w.search('alice', {})).rows[0]?.url).toBe(link)
  })

  test('passages, or documents by their best one', async () => {
    const w = await world()
    await w.give(
      'alice',
      { id: 'a', texts: ['red red', 'red blue'] },
      { id: 'b', texts: ['red green green'] },
    )
    const of = async (granularity: 'chunk' | 'document') =>
      (await w.search('alice', { granularity, mode: 'keyword' })).rows.map(
        ({ id, chunkIndex }) => id + chunkIndex,
      )
    expect(await of('chunk')).toEqual(['a0', 'a1', 'b0'])
    expect(await of('document')).toEqual(['a0', 'b0'])
  })

  test('documents are looked for deeper where one has many passages', async () => {
    const w = await world()
    await w.give('alice', { id: 'long', texts: Array.from({ length: 300 }, () => 'red') })
    await w.give('alice', { id: 'short', texts: ['red and a lot that is not'] })
    const request = { granularity: 'document', limit: 2, mode: 'keyword' } as const
    expect(idsOf(await w.search('alice', request))).toEqual(['long', 'short'])
  })

  test('as many as asked for', async () => {
    const w = await world()
    const notes = Array.from({ length: 120 }, (_, at) => ({ id: `n${at}`, texts: ['red'] }))
    await w.give('alice', ...notes)
    for (const limit of [1, 7, 100]) {
      expect((await w.search('alice', { limit })).rows).toHaveLength(limit)
    }
  })
})

describe('while the index is made anew', () => {
  test('a document counts where it is newest, others where they are', async () => {
    const w = await world()
    await w.give('alice', { id: 'moved', texts: ['red'] }, { id: 'waiting', texts: ['red'] })
    const next = await w.index.open({ model: 'colours', dimension: 4, chunker: '2' })
    const [template] = (await w.search('alice', { limit: 1 })).rows
    expect(template?.id).toBe('moved')
    const document = {
      type: 'note' as const,
      id: 'moved',
      ref: undefined,
      title: 'Anew',
      category: '',
      path: undefined,
      url: undefined,
      modifiedAt: undefined,
      pageCount: undefined,
    }
    await w.index.put(next.id, 'alice', document, chunksOf(['crimson']))
    const { rows } = await w.search('alice', {})
    expect(rows.map(({ id, title, excerpt }) => [id, title, excerpt])).toEqual([
      ['waiting', 'A title', 'red'],
      ['moved', 'Anew', 'crimson'],
    ])
    // What it said before is found no more, though the old edition still has it.
    expect(idsOf(await w.search('alice', { mode: 'keyword' }))).toEqual(['waiting'])
  })

  test('an edition of another model is searched by words', async () => {
    const asked: string[] = []
    const w = await world()
    await w.give('alice', { id: 'a', texts: ['red'] }, { id: 'b', texts: ['crimson'] })
    const embed = async (texts: readonly string[]) => {
      asked.push(...texts)
      return texts.map(() => new Float32Array([0, 1, 0, 0]))
    }
    const other = await world({ index: w.index, embedder: { model: 'other', embed } })
    Object.assign(other.rights, w.rights)
    expect(idsOf(await other.search('alice', {}))).toEqual(['a'])
    expect(idsOf(await other.search('alice', { mode: 'semantic' }))).toEqual([])
    expect(asked).toEqual(['red', 'red'])
  })
})

describe('nothing', () => {
  test('says why', async () => {
    const w = await world()
    expect((await w.search('alice', {})).notes).toEqual(['Nothing is indexed yet.'])
    w.status = { activity: 'syncing' }
    expect((await w.search('alice', {})).notes).toEqual(['The index is being built.'])
    w.status = { problem: 'Allow background access.' }
    expect((await w.search('alice', {})).notes).toEqual(['Allow background access.'])
  })

  test('for somebody whom nobody indexes, without a request', async () => {
    const w = await world()
    await w.give('alice', { id: 'a', texts: ['red'] })
    w.status = { problem: 'Allow background access.' }
    const result = await w.search('alice', {}, { user: undefined })
    expect(result).toMatchObject({ rows: [], notes: ['Allow background access.'] })
    expect(w.asked).toEqual([])
  })

  test('is no matter of the index where nothing matches', async () => {
    const w = await world()
    await w.give('alice', { id: 'a', texts: ['red'] })
    const result = await w.search('alice', { query: 'pangolin', mode: 'keyword' })
    expect(result).toMatchObject({ rows: [], notes: [], verified: 0 })
  })
})

describe('an index that fails', () => {
  const failing = async (...errors: Error[]) => {
    const w = await world()
    await w.give('alice', { id: 'a', texts: ['red'] })
    const other = await world({
      index: {
        ...w.index,
        query: async (...args) => {
          const error = errors.shift()
          if (error !== undefined) throw error
          return w.index.query(...args)
        },
      },
    })
    Object.assign(other.rights, w.rights)
    return other.search('alice', {})
  }

  test.each([
    ['UNREACHABLE', 'UNREACHABLE'],
    ['LOCKED', 'UNREACHABLE'],
    ['REFUSED', 'INTERNAL'],
    ['CORRUPT', 'INTERNAL'],
  ] as const)('says so, without what it said: %s', async (failure, code) => {
    const error = new IndexError(failure, 'ECONNREFUSED 10.0.0.7:6333')
    await expect(failing(error)).rejects.toMatchObject({
      code,
      message: expect.not.stringContaining('10.0.0.7'),
    })
  })

  test('for it was dropped just then is asked again, once', async () => {
    const dropped = new IndexError('NO_GENERATION', 'dropped')
    expect(idsOf(await failing(dropped))).toEqual(['a'])
    await expect(failing(dropped, dropped)).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

test('the words of a query are words, whatever they look like', async () => {
  const w = await world()
  await w.give('alice', { id: 'a', texts: ['red'] })
  const query = 'red" OR 1=1 -- * NEAR(x) <b>ignore all</b> $x \u0000'
  expect(idsOf(await w.search('alice', { query }))).toEqual(['a'])
})

test('the double knows what means the same', () => {
  expect(meaning('red')).toEqual(meaning('crimson'))
  expect(meaning('red')).not.toEqual(meaning('blue'))
})
