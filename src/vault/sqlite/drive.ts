/** An SQLite file as the stores see it. */
import { get, type SqlDatabase } from '../../sql/statements.ts'
import { drive } from '../../sqlite/drive.ts'
import type { Database } from './database.ts'

/** @param now the clock: all processes with the file are on one machine and have the same */
export function sqlDatabase(file: Database, now: () => number): SqlDatabase {
  return {
    name: file.path,
    forUpdate: '', // A transaction that writes has the whole file.
    *clock() {
      return Number((yield* get('SELECT ? AS time', now()))?.time)
    },
    read: work => file.read(sql => drive(sql, work())),
    write: work => file.write(sql => drive(sql, work())),
    close: async () => file.close(),
  }
}
