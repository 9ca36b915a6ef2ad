/** Values of the type TEXT (RFC 5545 3.3.11, RFC 6350 3.4). */

/** What text means that is written so. */
export function unescapeText(value: string): string {
  return value.replace(/\\([\\;,nN:"])/g, (_, code: string) => (/n/i.test(code) ? '\n' : code))
}

/** Text as it is written. */
export function escapeText(text: string): string {
  return text
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n|\n|\r/g, '\\n')
    .replace(/(?!\t)\p{Cc}/gu, '')
}

/** The parts of a list (`,`) or of a structured value (`;`), still escaped. */
export function splitEscaped(value: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let part = ''
  for (let at = 0; at < value.length; at++) {
    const character = value[at]
    if (character === '\\') part += character + (value[++at] ?? '')
    else if (character === separator) {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part]
}
