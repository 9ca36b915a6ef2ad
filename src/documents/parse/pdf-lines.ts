/** Lines and paragraphs out of the pieces of text that a PDF page is painted with. */

/** A piece of text at its place. */
export interface TextItem {
  readonly str: string
  /** A matrix: the last two are where it begins, from the lower left corner. */
  readonly transform: readonly unknown[]
  readonly width: number
  readonly height: number
  readonly hasEOL: boolean
}

/** A gap of this many line heights begins a paragraph. */
const PARAGRAPH = 1.7

/** The text in the order in which it is painted; a larger gap between lines is an empty line. */
export function linesOf(items: readonly TextItem[]): string {
  let text = ''
  let lineAt: number | undefined
  for (const item of items) {
    const at = numberAt(item.transform, 5)
    const startsLine = text === '' || text.endsWith('\n')
    if (startsLine && item.str.trim() !== '') {
      const height = item.height || Math.abs(numberAt(item.transform, 3))
      if (lineAt !== undefined && lineAt - at > height * PARAGRAPH) text += '\n'
      lineAt = at
    }
    text += item.str
    if (item.hasEOL) text += '\n'
  }
  return text.replaceAll(/[^\S\n]+\n/g, '\n').trim()
}

function numberAt(matrix: readonly unknown[], index: number): number {
  const value = matrix[index]
  return typeof value === 'number' ? value : 0
}
