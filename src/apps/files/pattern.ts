/**
 * Patterns for names: `*` and `%` stand for any characters, `?` for one, everything else for
 * itself; a pattern without any of them is a part of a name. Case does not count.
 */

/** A pattern, ready for the server's search and for checking what it found. */
export interface NamePattern {
  /** Literals for DAV's `like`; a name that matches is like one of them. */
  readonly likes: readonly string[]
  matches(name: string): boolean
}

const ONE = Symbol('?')
const MANY = Symbol('*')

type Token = { readonly any: 'one' | 'many' } | { readonly text: string }

/** Reads a pattern. */
export function namePattern(pattern: string): NamePattern {
  const tokens = tokensOf(pattern.normalize('NFC'))
  const folded = tokens.flatMap((token): readonly (string | symbol)[] => {
    if ('text' in token) return [...fold(token.text)]
    return [token.any === 'one' ? ONE : MANY]
  })
  return {
    likes: [...new Set(CASES.map(inCase => likeLiteral(tokens, inCase)))],
    matches: name => globMatches(folded, [...fold(name)]),
  }
}

function tokensOf(pattern: string): Token[] {
  const hasWildcard = /[*%?]/.test(pattern)
  const tokens: Token[] = pattern
    .split(/([*%?])/)
    .filter(part => part !== '')
    .map(part =>
      part === '?' ? { any: 'one' } : /^[*%]$/.test(part) ? { any: 'many' } : { text: part },
    )
  return hasWildcard ? tokens : [{ any: 'many' }, ...tokens, { any: 'many' }]
}

/**
 * Databases differ in how they ignore case: SQLite does it for ASCII only. The usual spellings
 * cover the rest; where there is nothing but ASCII, they are one.
 */
const CASES: readonly ((text: string) => string)[] = [
  text => text,
  text => eachNonAscii(text, part => part.toLowerCase()),
  text => eachNonAscii(text, part => part.toUpperCase()),
  text =>
    text.replace(/(\p{L})(\p{L}*)/gu, (_, first: string, rest: string) =>
      [
        eachNonAscii(first, part => part.toUpperCase()),
        eachNonAscii(rest, part => part.toLowerCase()),
      ].join(''),
    ),
]

function eachNonAscii(text: string, change: (part: string) => string): string {
  return text.replace(/\P{ASCII}+/gu, change)
}

/** `%`, `_` and the backslash have a meaning in SQL, and lose it after a backslash. */
function likeLiteral(tokens: readonly Token[], inCase: (text: string) => string): string {
  return tokens
    .map(token =>
      'text' in token
        ? inCase(token.text).replace(/[%_\\]/g, '\\$&')
        : token.any === 'one'
          ? '_'
          : '%',
    )
    .join('')
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** Greedy with one point to come back to: never more than the product of the lengths. */
function globMatches(pattern: readonly (string | symbol)[], name: readonly string[]): boolean {
  let at = 0
  let star = -1
  let resume = 0
  for (let i = 0; i < name.length; ) {
    const token = pattern[at]
    if (token === MANY) {
      star = at++
      resume = i
    } else if (token !== undefined && (token === ONE || token === name[i])) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++resume
    } else {
      return false
    }
  }
  while (pattern[at] === MANY) at++
  return at === pattern.length
}
