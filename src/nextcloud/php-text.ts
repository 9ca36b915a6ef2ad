/** The text as PHP's trim leaves it, which many apps store: six characters go, at either end. */
export function phpTrim(text: string): string {
  return text.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '')
}
