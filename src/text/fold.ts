/** Lower case without diacritics: "Über" is found by "uber". Other letters stay what they are. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
