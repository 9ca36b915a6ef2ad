/** Rows of cells as a table in Markdown; the first row heads it, as Markdown knows no table without. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0)
  const lines = rows.map(row => {
    const cells = row.map(text =>
      text
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ')
        .replaceAll('|', '\\|'),
    )
    return `| ${[...cells, ...Array(columns - cells.length).fill('')].join(' | ')} |`
  })
  const rule = `| ${Array(columns).fill('---').join(' | ')} |`
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n')
}
