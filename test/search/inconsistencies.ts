/** Whether the tables of a search index agree. */
import { DatabaseSync } from 'node:sqlite'

/** Looks at the file behind an index. */
export function behind<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** Tables and rows that no document accounts for, and documents that lack some. */
export function inconsistencies(path: string): string[] {
  return behind(path, db => {
    const numbers = (sql: string) =>
      db
        .prepare(sql)
        .all()
        .map(row => Number(Object.values(row)[0]))
    const partitions = numbers('SELECT id FROM index_partition')
    const orphaned = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'index_*_[0-9]*'")
      .all()
      .map(({ name }) => String(name))
      .filter(name => !partitions.includes(Number(/_(\d+)/.exec(name)?.[1])))
    const [documents] = numbers(
      'SELECT count(*) FROM index_document WHERE partition NOT IN (SELECT id FROM index_partition)',
    )
    const damage = db
      .prepare('PRAGMA integrity_check')
      .all()
      .map(row => String(row.integrity_check))
      .filter(line => line !== 'ok')
    return [
      ...orphaned,
      ...(documents === 0 ? [] : ['documents without a partition']),
      ...damage,
      ...partitions.flatMap(partition => inconsistenciesOf(db, partition)),
    ]
  })
}

function inconsistenciesOf(db: DatabaseSync, partition: number): string[] {
  const rows = db
    .prepare('SELECT id, title, chunks FROM index_document WHERE partition = ? ORDER BY id')
    .all(partition)
  const expected = rows.flatMap(({ id, chunks }) =>
    Array.from({ length: Number(chunks) }, (_, at) => Number(id) * 2 ** 20 + at),
  )
  const idsOf = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map(row => Number(Object.values(row)[0]))
  const differing = ['chunk', 'vector', 'code', 'words'].filter(table => {
    // FTS5 lists the rows it has counted in a table of its own.
    const name =
      table === 'words' ? `index_words_${partition}_docsize` : `index_${table}_${partition}`
    return idsOf(`SELECT id FROM ${name} ORDER BY 1`).join() !== expected.join()
  })
  const [counted] = idsOf(`SELECT chunks FROM index_partition WHERE id = ${partition}`)
  db.exec(`CREATE VIRTUAL TABLE temp.vocabulary
    USING fts5vocab(main, index_words_${partition}, instance)`)
  const indexed = idsOf('SELECT DISTINCT doc FROM temp.vocabulary')
  db.exec('DROP TABLE temp.vocabulary')
  return [
    ...differing.map(table => `${table} of ${partition}`),
    ...(counted === expected.length ? [] : [`the count of ${partition}`]),
    ...(indexed.every(id => expected.includes(id)) ? [] : [`words left over in ${partition}`]),
  ]
}
