const titleLimit = 100

/**
 * The file name (without suffix) for a title: its first line without the characters some
 * operating system forbids, at most 100 characters, never empty.
 */
function safeTitle(title: string): string {
  const [line = ''] = sanitise(title).split(/\r\n|[\n\v\f\r\u0085\u2028\u2029]/, 1)
  const cut = [...line.trim()].slice(0, titleLimit).join('').trim()
  // PHP holds "0" for empty.
  return cut === '' || cut === '0' ? 'New note' : cut
}

/** The folder names of a category, made safe the same way. */
export function categoryNames(category: string): string[] {
  return category.split('/').map(sanitise).filter(Boolean)
}

/** A title from Markdown text, for notes made by the oldest API, which knew no titles. */
export function titleFromContent(content: string): string {
  return safeTitle(
    content
      .replace(/^\s*[*+-]\s+/gmu, '')
      .replace(/^#+\s+(.*?)\s*#*$/gmu, '$1')
      .replace(/^(?:=+|-+)$/gmu, '')
      .replace(/(\*+|_+)(.*?)\1/gmu, '$2'),
  )
}

/** A title that is free: "Title", "Title (2)", "Title (3)" ... */
export function freeTitle(title: string, isTaken: (title: string) => boolean): string {
  let candidate = safeTitle(title)
  while (isTaken(candidate)) {
    const [, stem = '', number = ''] = /^(.*)\s\((\d+)\)$/u.exec(candidate) ?? []
    candidate = number === '' ? `${candidate} (2)` : `${stem} (${Number(number) + 1})`
  }
  return candidate
}

function sanitise(text: string): string {
  return (
    text
      .replace(/[*|/\\:"<>?]/g, '')
      .replace(/\p{Cc}/gu, character => (/\s/.test(character) ? character : ''))
      // A leading dot would hide the file.
      .replace(/^[. ]+/gmu, '')
      .trim()
  )
}
