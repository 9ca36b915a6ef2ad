const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: '\u00a0',
  deg: '°',
  frac12: '½',
}

/** What the Cookbook app leaves of a text: no tags, no backslashes, one space in a row. */
export function cleaned(
  text: unknown,
  { newlines = false, slashes = false, backslashes = false } = {},
): string {
  if (typeof text !== 'string' || text === '') return ''
  let clean = withoutTags(text)
  if (!newlines) clean = clean.replace(/[\r\n]/g, ' ')
  clean = clean.replaceAll('\t', ' ')
  if (!backslashes) clean = clean.replaceAll('\\', '_')
  if (!slashes) clean = clean.replaceAll('/', '_')
  return decodeEntities(clean).replace(/ +/g, ' ').trim()
}

/** PHP's strip_tags: a `<` before anything but white space begins a tag, closed or not. */
export function withoutTags(text: string): string {
  return text.replace(/<(?=[^\s])[^>]*(?:>|$)/g, '')
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? entity
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code === 39 ? "'" : code > 0 && code < 0x110000 ? String.fromCodePoint(code) : entity
  })
}

/** A duration in the app's own form; null for what it cannot read. Days and longer are lost. */
export function duration(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const iso =
    /^P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(
      value.trim(),
    )
  if (iso !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map(part => Number(part ?? 0))
    const total = hours * 3600 + minutes * 60 + seconds
    return `PT${Math.floor(total / 3600)}H${Math.floor((total % 3600) / 60)}M${total % 60}S`
  }
  const [, hours, minutes] = /^(\d+):(\d{1,2})$/.exec(value.trim()) ?? []
  return hours === undefined ? null : `PT${Number(hours)}H${Number(minutes)}M`
}

/** An ISO 8601 time with its zone; null for what the app cannot read. */
export function timestamp(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const [, time, zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,]\d{3})?(Z|[+-]\d\d:?\d\d)$/.exec(value) ?? []
  if (time === undefined || zone === undefined) return null
  return time + (zone === 'Z' ? '+00:00' : zone.replace(/(\d\d):?(\d\d)$/, '$1:$2'))
}

/** A number of servings; the highest number of a text, and 1 where it has none. */
export function servings(value: unknown): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return Math.trunc(value)
  const text = Array.isArray(value) ? value.join(' ') : String(value)
  const numbers = text.match(/\d+/g)?.map(Number) ?? [1]
  return Math.max(...numbers)
}
