import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Harness, startHarness } from '../support/harness.ts'

let h: Harness
/** Everything a test makes is in this folder, so that a real instance is left as it was. */
const root = `mcp-test-files-${process.pid}-${Date.now()}`
const at = (name: string) => `${root}/${name}`

beforeAll(async () => {
  h = await startHarness()
  await h.ok('nc_webdav_create_directory', { path: root })
})

afterAll(async () => {
  await h.call('nc_webdav_delete_resource', { path: root })
  await h.close()
})

const write = (name: string, content: string, more: object = {}) =>
  h.ok('nc_webdav_write_file', { path: at(name), content, ...more })
const read = (name: string, more: object = {}) =>
  h.ok('nc_webdav_read_file', { path: at(name), ...more })
const bytes = (data: Buffer) => ({ content: data.toString('base64'), encoding: 'base64' })

describe('write and read', () => {
  test('a file is created, read back whole, and not echoed', async () => {
    const written = await write('hello.md', '# Grüße 😀\n')
    expect(written).toEqual({
      path: at('hello.md'),
      size: 15,
      created: true,
      etag: expect.stringMatching(/^[^"]+$/),
      status_code: 201,
      message: 'Created',
    })
    expect(await read('hello.md')).toEqual({
      untrusted_content: true,
      path: at('hello.md'),
      content: '# Grüße 😀\n',
      content_type: expect.stringContaining('text/markdown'),
      size: 15,
      encoding: 'utf-8',
      content_format: 'text',
      etag: written.etag,
      last_modified: expect.stringMatching(/GMT$/),
      parsed: false,
      parse_status: 'not_applicable',
      parse_tier: null,
      parse_processor: null,
      parse_notes: [],
      parsing_metadata: null,
    })
  })

  test.each([
    '100% sure.txt',
    '%41%2F.txt',
    'a#b?c&d+e=f;g.txt',
    "it's (1) [x] {y} <z>.txt",
    'ünï 😀 名前.txt',
    '.hidden',
    ' space at the start',
    'x]]>y.txt',
  ])('the name %j stays as it is', async name => {
    const { etag } = await write(name, name)
    expect((await read(name)).content).toBe(name)
    const { files } = await h.ok('nc_webdav_list_directory', { path: root })
    expect(files.find((file: { path: string }) => file.path === at(name))).toMatchObject({
      name,
      etag,
    })
    await h.ok('nc_webdav_delete_resource', { path: at(name) })
  })

  test('bytes are given and taken as base64', async () => {
    const data = Buffer.from([0, 1, 2, 253, 254, 255])
    await write('data.bin', data.toString('base64'), {
      content_type: 'application/octet-stream;base64',
    })
    expect(await read('data.bin')).toMatchObject({
      content: data.toString('base64'),
      encoding: 'base64',
      content_format: 'base64',
      parse_status: 'skipped',
      size: 6,
    })
    const { error } = await h.call('nc_webdav_write_file', {
      path: at('broken.bin'),
      content: 'no base64!',
      encoding: 'base64',
    })
    expect(error).toMatchObject({ code: 'BAD_INPUT' })
    expect(await h.call('nc_webdav_read_file', { path: at('broken.bin') })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    })
  })

  test('text that is not UTF-8 is readable all the same', async () => {
    const { content, encoding } = bytes(Buffer.from('Stra\xdfe', 'latin1'))
    await write('latin.txt', content, { encoding })
    expect(await read('latin.txt')).toMatchObject({ content: 'Straße', encoding: 'windows-1252' })
  })

  test('a long text comes in parts that fit together', async () => {
    const text = 'aä😀'.repeat(200_000)
    await write('long.txt', text)
    let whole = ''
    let parts = 0
    for (let offset: number | undefined = 0; offset !== undefined; parts++) {
      const part: { content: string; next_offset?: number; size: number } = await read('long.txt', {
        offset,
        ...(parts === 1 ? { max_bytes: 1_001 } : {}),
      })
      expect(part.size).toBe(1_400_000)
      expect(part.content).not.toContain('\ufffd')
      whole += part.content
      offset = part.next_offset
    }
    expect(whole === text).toBe(true)
    expect(parts).toBe(3)
  })

  test('a large binary file is refused with its size, and can be read in parts', async () => {
    const data = Buffer.alloc(5 * 1024 * 1024 + 1, 'readable')
    data[0] = 0
    await write('large.bin', data.toString('base64'), { encoding: 'base64' })
    const { error } = await h.call('nc_webdav_read_file', { path: at('large.bin') })
    expect(error).toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining(String(data.length)),
      hint: expect.stringMatching(/max_bytes.*\/index\.php\/apps\/files/),
    })
    // Bytes that would be text by themselves are part of a file that is not.
    expect(await read('large.bin', { offset: 8, max_bytes: 16 })).toMatchObject({
      content: data.subarray(8, 24).toString('base64'),
      content_format: 'base64',
      offset: 8,
      next_offset: 24,
    })
  })

  test('what is not there, or not a file, is an error that says so', async () => {
    await write('short.txt', 'abc')
    const failures: [Record<string, unknown>, object][] = [
      [{ path: at('none.txt') }, { code: 'NOT_FOUND', subject: at('none.txt') }],
      [{ path: root }, { code: 'BAD_INPUT', hint: expect.stringMatching(/list_directory/) }],
      [{ path: '/' }, { code: 'BAD_INPUT', hint: expect.stringMatching(/list_directory/) }],
      [{ path: at('short.txt'), offset: 9 }, { code: 'BAD_INPUT' }],
      [{ path: `${root}/../x` }, { code: 'BAD_INPUT' }],
    ]
    for (const [args, expected] of failures) {
      expect((await h.call('nc_webdav_read_file', args)).error).toMatchObject(expected)
    }
  })

  test('an empty file', async () => {
    expect(await write('empty.txt', '')).toMatchObject({ size: 0, created: true })
    expect(await read('empty.txt')).toMatchObject({ content: '', size: 0, content_format: 'text' })
  })
})

describe('overwriting', () => {
  test('needs the etag of the last read', async () => {
    const { etag } = await write('shared.txt', 'one')
    const refused = await h.call('nc_webdav_write_file', { path: at('shared.txt'), content: 'two' })
    expect(refused.error).toMatchObject({ code: 'CONFLICT', status: 412, etag })

    const updated = await write('shared.txt', 'second', { if_match: etag })
    expect(updated).toMatchObject({ created: false, status_code: 204 })
    const stale = await h.call('nc_webdav_write_file', {
      path: at('shared.txt'),
      content: 'lost',
      if_match: 'an-etag-of-yesterday',
    })
    expect(stale.error).toMatchObject({ code: 'CONFLICT', etag: updated.etag })
    expect((await read('shared.txt')).content).toBe('second')
  })

  test('takes an etag with quotes, and * for whatever is there', async () => {
    const { etag } = await write('forced.txt', 'one')
    await write('forced.txt', 'two', { if_match: `"${etag}"` })
    await write('forced.txt', 'three', { if_match: '*' })
    expect((await read('forced.txt')).content).toBe('three')
    for (const if_match of ['*', etag]) {
      const { error } = await h.call('nc_webdav_write_file', {
        path: at('never.txt'),
        content: 'x',
        if_match,
      })
      expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/not exist/) })
    }
  })

  test('of two creations at once one wins, and the other is told', async () => {
    const answers = await Promise.all(
      ['a', 'b'].map(content => h.call('nc_webdav_write_file', { path: at('race.txt'), content })),
    )
    expect(answers.map(({ isError }) => isError).toSorted()).toEqual([false, true])
  })

  test('a missing folder is named, a folder is never replaced', async () => {
    await h.ok('nc_webdav_create_directory', { path: at('folder') })
    await write('file.txt', 'x')
    const write_ = (path: string, more: object = {}) =>
      h.call('nc_webdav_write_file', { path: at(path), content: 'x', ...more })
    expect((await write_('missing/new.txt')).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: at('missing'),
      hint: expect.stringMatching(/create_directory/),
    })
    expect((await write_('file.txt/new.txt')).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: at('file.txt'),
    })
    expect((await write_('folder')).error).toMatchObject({ code: 'CONFLICT' })
    expect((await write_('folder', { if_match: '*' })).error).toMatchObject({ code: 'CONFLICT' })
  })
})

describe('folders', () => {
  test('are listed without themselves, with totals over all pages', async () => {
    await h.ok('nc_webdav_create_directory', { path: at('list/sub'), parents: true })
    await write('list/a.txt', '12345')
    await write('list/b.txt', '678')
    await write('list/sub/c.txt', 'not counted')
    const all = await h.ok('nc_webdav_list_directory', { path: `/${at('list')}/` })
    expect(all).toMatchObject({
      path: at('list'),
      total_count: 3,
      directories_count: 1,
      files_count: 2,
      total_size: 8,
    })
    expect(all).not.toHaveProperty('next_offset')
    const { file_id } = all.files[0]
    expect(all.files[0]).toEqual({
      name: 'a.txt',
      path: at('list/a.txt'),
      is_directory: false,
      size: 5,
      content_type: 'text/plain',
      last_modified: expect.stringMatching(/GMT$/),
      etag: expect.any(String),
      file_id: expect.any(Number),
      is_favorite: false,
      url: expect.stringMatching(new RegExp(`/index\\.php/f/${file_id}$`)),
    })
    expect(all.files[2]).toMatchObject({ name: 'sub', is_directory: true, size: 11 })

    const page = await h.ok('nc_webdav_list_directory', { path: at('list'), limit: 2, offset: 1 })
    expect(page).toMatchObject({ total_count: 3, total_size: 8 })
    expect(page.files).toEqual(all.files.slice(1))
    const first = await h.ok('nc_webdav_list_directory', { path: at('list'), limit: 1 })
    expect(first.next_offset).toBe(1)
  })

  test('a file is not listed as one', async () => {
    await write('single.txt', 'x')
    const answer = await h.call('nc_webdav_list_directory', { path: at('single.txt') })
    expect(answer.error).toMatchObject({ code: 'BAD_INPUT', hint: expect.stringMatching(/read/) })
  })

  test('are created once, with those above them when asked', async () => {
    const create = (path: string, parents?: boolean) =>
      h.call('nc_webdav_create_directory', { path: at(path), parents })
    expect((await create('deep/er/est')).error).toMatchObject({
      code: 'NOT_FOUND',
      subject: at('deep/er'),
    })
    expect((await create('deep/er/est', true)).data).toMatchObject({ status_code: 201 })
    expect((await create('deep/er/est')).data).toMatchObject({ status_code: 405, created: false })
    await write('in-the-way', 'x')
    expect((await create('in-the-way')).error).toMatchObject({ code: 'CONFLICT' })
    expect((await create('in-the-way/x', true)).error).toMatchObject({ code: 'CONFLICT' })
  })
})

describe('delete', () => {
  test('takes a file once', async () => {
    const { etag } = await write('gone.txt', 'x')
    const remove = (more: object = {}) =>
      h.call('nc_webdav_delete_resource', { path: at('gone.txt'), ...more })
    expect((await remove({ if_match: 'stale' })).error).toMatchObject({ code: 'CONFLICT', etag })
    expect((await remove({ if_match: etag })).data).toMatchObject({ status_code: 204 })
    expect((await remove()).error).toMatchObject({ code: 'NOT_FOUND' })
  })

  test('never the root', async () => {
    for (const path of ['', '/', '//']) {
      const { error } = await h.call('nc_webdav_delete_resource', { path })
      expect(error).toMatchObject({ code: 'BAD_INPUT' })
    }
  })
})

describe.each(['move', 'copy'])('%s', verb => {
  const folder = `${verb}-test`
  const transfer = (source: string, destination: string, more: object = {}) =>
    h.call(`nc_webdav_${verb}_resource`, {
      source_path: at(`${folder}/${source}`),
      destination_path: at(`${folder}/${destination}`),
      ...more,
    })
  beforeAll(() => h.ok('nc_webdav_create_directory', { path: at(folder) }))

  test('to a new name', async () => {
    await write(`${folder}/from.txt`, 'content')
    expect((await transfer('from.txt', 'to #1 (ü).txt')).data).toMatchObject({
      status_code: 201,
      source_path: at(`${folder}/from.txt`),
      destination_path: at(`${folder}/to #1 (ü).txt`),
      overwrite: false,
      replaced: false,
    })
    expect((await read(`${folder}/to #1 (ü).txt`)).content).toBe('content')
    const source = await h.call('nc_webdav_read_file', { path: at(`${folder}/from.txt`) })
    expect(source.isError).toBe(verb === 'move')
  })

  test('replaces only when asked, and only what was seen', async () => {
    await write(`${folder}/new.txt`, 'new')
    const { etag } = await write(`${folder}/old.txt`, 'old')
    expect((await transfer('new.txt', 'old.txt')).error).toMatchObject({ code: 'CONFLICT', etag })
    const stale = { overwrite: true, if_destination_match: 'stale' }
    expect((await transfer('new.txt', 'old.txt', stale)).error).toMatchObject({
      code: 'CONFLICT',
      etag,
    })
    expect((await transfer('new.txt', 'absent.txt', stale)).error).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/not exist/),
    })
    expect(
      (await transfer('new.txt', 'old.txt', { if_destination_match: etag })).error,
    ).toMatchObject({ code: 'BAD_INPUT' })
    expect((await read(`${folder}/old.txt`)).content).toBe('old')
    const fresh = { overwrite: true, if_destination_match: etag }
    expect((await transfer('new.txt', 'old.txt', fresh)).data).toMatchObject({
      status_code: 204,
      replaced: true,
    })
    expect((await read(`${folder}/old.txt`)).content).toBe('new')
  })

  test('what cannot be is refused before anything is lost', async () => {
    await h.ok('nc_webdav_create_directory', { path: at(`${folder}/tree/branch`), parents: true })
    await write(`${folder}/tree/leaf-ü.txt`, 'x')
    const refused: [string, string, string][] = [
      ['tree', 'tree/branch/tree', 'BAD_INPUT'],
      ['tree/leaf-ü.txt', 'tree/leaf-ü.txt', 'BAD_INPUT'],
      ['tree/leaf-ü.txt', 'tree/leaf-u\u0308.txt', 'BAD_INPUT'],
      ['tree/leaf-ü.txt', 'tree', 'BAD_INPUT'],
      ['tree/none.txt', 'x.txt', 'NOT_FOUND'],
      ['tree/leaf-ü.txt', 'nowhere/x.txt', 'NOT_FOUND'],
      ['tree/branch', 'tree/leaf-ü.txt/x', 'NOT_FOUND'],
    ]
    for (const [source, destination, code] of refused) {
      const { error } = await transfer(source, destination, { overwrite: true })
      expect(error, `${source} -> ${destination}`).toMatchObject({ code })
    }
    expect((await read(`${folder}/tree/leaf-ü.txt`)).content).toBe('x')
    const { error } = await transfer('tree/leaf-ü.txt', 'tree/branch')
    expect(error).toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringMatching(/add the new name/),
    })
  })
})
