/** The threads of the search database: what is called, answered, given up, and what survives. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { databaseWith } from '../../../../src/search/sqlite/client.ts'
import { threadEntry } from '../../../../src/workers/start.ts'
import { failure, freshPath } from './support.ts'

type Sample = typeof import('./sample-services.ts')

function open(path = freshPath(), readers = 1) {
  const database = databaseWith<Sample>(threadEntry('sample', import.meta.url), { path, readers })
  onTestFinished(() => database.close())
  return { ...database, path, write: database.writing.sample, read: database.reading.sample }
}

describe('calls', () => {
  test('are answered, one after another for writing, and read by others', async () => {
    const { write, read } = open()
    await Promise.all(['a', 'b', 'c'].map(value => write.add(value)))
    expect(await read.all()).toEqual(['a', 'b', 'c'])
    expect(await read.double(Float32Array.of(1, 2))).toEqual(Float32Array.of(2, 4))
  })

  test('for reading alone make the file too', async () => {
    expect(await open().read.all()).toEqual([])
  })

  test('that read do not wait for what is being written', async () => {
    const { write, read } = open()
    await write.add('a')
    await read.all()
    const order: string[] = []
    const blocked = write.block(300).then(() => order.push('written'))
    expect(await read.all().then(all => order.push('read') && all)).toEqual(['a'])
    await blocked
    expect(order).toEqual(['read', 'written'])
  })

  test('that read cannot write', async () => {
    const { write, read } = open()
    await write.add('a')
    expect(await failure(read.write())).toMatchObject({ code: 'READ_ONLY' })
  })

  test('are spread over the threads that read', async () => {
    const { write, read } = open(undefined, 2)
    await write.add('a')
    await Promise.all([read.block(50), read.block(50)])
    const order: string[] = []
    const blocked = read.block(300).then(() => order.push('blocked'))
    await read.all().then(() => order.push('read'))
    await blocked
    expect(order).toEqual(['read', 'blocked'])
  })

  test('are written whole or not at all', async () => {
    const { write, read } = open()
    await write.add('a')
    expect(await failure(write.addTwoAndFail('b'))).toMatchObject({ code: 'STORAGE_FAILED' })
    await write.add('c')
    expect(await read.all()).toEqual(['a', 'c'])
  })

  test('of what is not there, or with what cannot be copied, fail alone', async () => {
    const { write, read, writing } = open()
    const unknown = writing as unknown as { sample: { nothing(): Promise<void> } }
    expect(await failure(unknown.sample.nothing())).toMatchObject({
      message: expect.stringMatching(/no sample.nothing/),
    })
    const uncopied = write.add as unknown as (value: () => void) => Promise<void>
    expect(await failure(uncopied(() => {}))).toMatchObject({ name: 'DataCloneError' })
    await write.add('a')
    expect(await read.all()).toEqual(['a'])
  })
})

describe('errors keep what they say', () => {
  test('of the index, of Nextcloud, and others', async () => {
    const { write } = open()
    expect(await failure(write.failIndexed())).toMatchObject({
      name: 'IndexError',
      code: 'NO_GENERATION',
      message: 'There is none. Make one.',
    })
    expect(await failure(write.failCoded())).toMatchObject({
      name: 'CodedError',
      code: 'NOT_FOUND',
      message: 'note 1 is not there',
      details: { subject: 'note 1', status: 404 },
    })
    expect(await failure(write.failOtherwise())).toMatchObject({
      message: expect.stringMatching(/unforeseen/),
    })
  })
})

describe('a signal', () => {
  test('gives up what waits, which is then never done', async () => {
    const database = open()
    await database.write.add('a')
    const blocked = database.write.block(200)
    const gone = new AbortController()
    const given = database.with(gone.signal).writing.sample.add('given up')
    gone.abort(new Error('not wanted any more'))
    expect(await failure(given)).toMatchObject({ message: 'not wanted any more' })
    await blocked
    await database.write.add('b')
    expect(await database.read.all()).toEqual(['a', 'b'])
  })

  test('gives up the answer to what has begun', async () => {
    const database = open()
    await database.write.add('a')
    const gone = new AbortController()
    const begun = database.with(gone.signal).writing.sample.block(200)
    gone.abort(new Error('not wanted any more'))
    expect(await failure(begun)).toMatchObject({ message: 'not wanted any more' })
    await database.write.add('b')
    expect(await database.read.all()).toEqual(['a', 'b'])
  })

  test('that has been given already refuses at once', async () => {
    const { with: given, write, read } = open()
    await write.add('a')
    await failure(given(AbortSignal.abort()).writing.sample.add('b'))
    expect(await read.all()).toEqual(['a'])
  })
})

describe('a thread that dies', () => {
  test('fails the call it had; the next one is answered by a new thread', async () => {
    const { write, read } = open()
    await write.add('a')
    const dying = failure(write.die())
    const next = write.add('b')
    expect(await dying).toMatchObject({ code: 'WORKER_DIED' })
    await next
    expect(await read.all()).toEqual(['a', 'b'])
  })

  test('between calls is not noticed', async () => {
    const { write, read } = open()
    await write.dieLater()
    await expect
      .poll(() =>
        write.add('a').then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    expect(await read.all()).toContain('a')
  })
})

describe('closing', () => {
  test('does what was asked for before, and nothing after', async () => {
    const database = open()
    const asked = [database.write.add('a'), database.write.add('b')]
    await database.close()
    await Promise.all(asked)
    expect(await failure(database.write.add('c'))).toMatchObject({ code: 'CLOSED' })
    expect(await failure(database.read.all())).toMatchObject({ code: 'CLOSED' })
    expect(await open(database.path).read.all()).toEqual(['a', 'b'])
  })

  test('is possible before anything was opened, and twice', async () => {
    const database = open()
    await database.close()
    await database.close()
    expect(() => statSync(database.path)).toThrow(/ENOENT/)
  })
})

describe('opening fails in words', () => {
  test('and works again once the cause is gone', async () => {
    const path = freshPath()
    writeFileSync(path, 'x'.repeat(40_000))
    const { write, read } = open(path)
    const told = { code: 'NOT_A_DATABASE', fix: expect.stringMatching(/SEARCH_INDEX_DB/) }
    expect(await failure(write.add('a'))).toMatchObject(told)
    expect(await failure(read.all())).toMatchObject(told)
    writeFileSync(path, '')
    await write.add('a')
    expect(await read.all()).toEqual(['a'])
  })

  test('for a path that is a directory, and one that is below a file', async () => {
    const folder = dirname(freshPath())
    expect(await failure(open(folder).write.add('a'))).toMatchObject({
      code: 'CANNOT_OPEN',
      fix: expect.stringContaining(`${folder}/search.db`),
    })
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(await failure(open(join(file, 'search.db')).write.add('a'))).toMatchObject({
      code: 'CANNOT_OPEN',
    })
  })

  test('for a newer schema, which is left alone', async () => {
    const { path, write, close } = open()
    await write.add('a')
    await close()
    const db = new DatabaseSync(path)
    db.exec('INSERT INTO search_migration VALUES (9999, 0)')
    db.close()
    expect(await failure(open(path).write.add('b'))).toMatchObject({ code: 'NEWER_SCHEMA' })
  })

  test('for a damaged file', async () => {
    const { path, write, close } = open()
    await write.add('a')
    await close()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0xee, 100))
    expect(await failure(open(path).write.add('b'))).toMatchObject({
      code: 'CORRUPT',
      fix: expect.stringMatching(/delete the file/),
    })
  })

  test.skipIf(process.getuid?.() === 0)('for a file that cannot be written', async () => {
    const { path, write, close } = open()
    await write.add('a')
    await close()
    chmodSync(path, 0o400)
    expect(await failure(open(path).write.add('b'))).toMatchObject({ code: 'READ_ONLY' })
  })
})

test('the file is for this user only, with its journal', async () => {
  const { path, write } = open()
  writeFileSync(path, '', { mode: 0o644 })
  chmodSync(path, 0o644)
  await write.add('a')
  const modes = ['', '-wal', '-shm'].map(end =>
    (statSync(`${path}${end}`).mode & 0o777).toString(8),
  )
  expect(modes).toEqual(['600', '600', '600'])
})
