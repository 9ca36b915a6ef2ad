/**
 * `document` with `text` between `<!-- NAME -->` and `<!-- /NAME -->`.
 * @throws Error when the markers are missing
 */
export function insertBetweenMarkers(document: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = document.indexOf(start)
  const to = document.indexOf(end)
  if (from < 0 || to < from) throw new Error(`the markers ${start} and ${end} are missing`)
  return `${document.slice(0, from + start.length)}\n\n${text}\n\n${document.slice(to)}`
}
