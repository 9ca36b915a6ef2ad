/** Services for the tests of the threads. */
import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../../../../src/nextcloud/errors.ts'
import { IndexError } from '../../../../src/search/index/errors.ts'
import { write } from '../../../../src/search/sqlite/database.ts'

const sleeper = new Int32Array(new SharedArrayBuffer(4))

function writing(db: DatabaseSync) {
  db.exec('CREATE TABLE IF NOT EXISTS sample (value TEXT NOT NULL) STRICT')
  return {
    add: (value: string) =>
      write(db, () => {
        db.prepare('INSERT INTO sample VALUES (?)').run(value)
      }),
    addTwoAndFail: (value: string) =>
      write(db, () => {
        db.prepare('INSERT INTO sample VALUES (?)').run(value)
        db.prepare('INSERT INTO sample VALUES (?)').run(null)
      }),
    /** Blocks the thread. */
    block: (ms: number) => void Atomics.wait(sleeper, 0, 0, ms),
    die: (): void => process.exit(1),
    dieLater: (): void => {
      setImmediate(() => {
        throw new Error('a fault outside of any call')
      })
    },
    failIndexed: () => {
      throw new IndexError('NO_GENERATION', 'There is none', { fix: 'Make one.' })
    },
    failCoded: () => {
      throw new CodedError('NOT_FOUND', 'note 1 is not there', { subject: 'note 1', status: 404 })
    },
    failOtherwise: () => {
      throw new TypeError('unforeseen')
    },
  }
}

function reading(db: DatabaseSync) {
  return {
    all: (): string[] =>
      db
        .prepare('SELECT value FROM sample ORDER BY rowid')
        .all()
        .map(row => String(row.value)),
    block: (ms: number) => void Atomics.wait(sleeper, 0, 0, ms),
    write: () => db.exec("INSERT INTO sample VALUES ('by a reader')"),
    double: (vector: Float32Array) => vector.map(value => value * 2),
  }
}

export const WRITING = { sample: writing }
export const READING = { sample: reading }
