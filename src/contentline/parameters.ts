/** Parameters of a content line, read as leniently as they are written (RFC 5545 3.2, RFC 6868). */

/** The rest of a content line after its name. */
export interface Parsed {
  readonly parameters: { readonly name: string; readonly values: readonly string[] }[]
  readonly value: string
}

/**
 * Reads `;NAME=value,"value":the value`. A parameter without `=` (vCard 2.1: `;HOME`) is a TYPE.
 * @returns undefined where the value never begins
 */
export function parseParameters(text: string): Parsed | undefined {
  const parameters: Parsed['parameters'] = []
  let at = 0
  while (text[at] === ';') {
    const name = /^[^=;:,"]*/.exec(text.slice(at + 1))?.[0] ?? ''
    at += 1 + name.length
    if (text[at] !== '=') {
      if (name !== '') parameters.push({ name: 'TYPE', values: [name] })
      if (text[at] === ';' || text[at] === ':') continue
      return undefined
    }
    const values: string[] = []
    do {
      const [value, length] = parameterValue(text.slice(at + 1))
      values.push(value)
      at += 1 + length
    } while (text[at] === ',')
    parameters.push({ name: name.trim().toUpperCase(), values })
  }
  return text[at] === ':' ? { parameters, value: text.slice(at + 1) } : undefined
}

/** A value, quoted or not, and how much of the text it is. */
function parameterValue(text: string): [value: string, length: number] {
  const quoted = /^"([^"]*)"/.exec(text)
  if (quoted) return [decoded(quoted[1] ?? ''), quoted[0].length]
  const plain = /^[^;:,]*/.exec(text)?.[0] ?? ''
  return [decoded(plain), plain.length]
}

function decoded(value: string): string {
  return value.replace(/\^([n^'])/g, (_, code: string) =>
    code === 'n' ? '\n' : code === "'" ? '"' : '^',
  )
}
