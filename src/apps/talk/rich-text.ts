/**
 * Talk puts placeholders for people, files and other things into texts; here they become words.
 */

/** What a placeholder stands for. */
export type RichObject = Readonly<Record<string, unknown>>

/** Parameters by the names of their placeholders. */
export type RichObjects = Readonly<Record<string, RichObject>>

/**
 * The text with names and Markdown links in place of its placeholders. A file that the text is
 * only the caption of comes after it. Names of others are no Markdown.
 */
export function plainText(text: string, objects: RichObjects): string {
  const named = text.replace(/\{([\w-]+)\}/g, (placeholder, key: string) =>
    Object.hasOwn(objects, key) ? label(key, objects[key] ?? {}) : placeholder,
  )
  const file = objects.file
  if (file === undefined || text.includes('{file}')) return named
  return `${named}\n${label('file', file)}`
}

/** A parameter in a result. */
export interface Mentioned {
  type: string
  id: string
  name: string
  link?: string
  /** Of a file, where the reader has it. */
  path?: string
}

/** The parameters that the text mentions, without what only serves to draw them. */
export function mentionedObjects(text: string, objects: RichObjects): Record<string, Mentioned> {
  return Object.fromEntries(
    Object.entries(objects)
      .filter(([key]) => key === 'file' || text.includes(`{${key}}`))
      .map(([key, object]) => {
        const link = linkOf(object)
        const { type, id, name } = object
        const path = type === 'file' ? word(object.path) : ''
        return [
          key,
          {
            type: word(type),
            id: word(id),
            name: word(name),
            ...(link === undefined ? {} : { link }),
            ...(path === '' ? {} : { path }),
          },
        ]
      }),
  )
}

function label(key: string, object: RichObject): string {
  const name = word(object.name) || word(object.id)
  if (key.startsWith('mention-')) return object.type === 'call' ? '@all' : `@${name}`
  switch (object.type) {
    case 'talk-poll':
      return `Poll "${name}" (${word(object.id)})`
    case 'deck-card':
      return `${linked(name, object)} (card in "${word(object.stackname)}" of "${word(object.boardname)}")`
    case 'geo-location':
      return `${name} (${word(object.latitude)}, ${word(object.longitude)})`
    default:
      return linked(name, object)
  }
}

function linked(name: string, object: RichObject): string {
  const link = linkOf(object)
  return link === undefined ? name : `[${name.replace(/[\\[\]]/g, '\\$&')}](${link})`
}

/** Some come from whoever shared the thing: nothing but addresses of the web is a link. */
function linkOf({ link }: RichObject): string | undefined {
  const url = typeof link === 'string' && URL.canParse(link) ? new URL(link) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined
  return url.href.replace(/[()]/g, bracket => (bracket === '(' ? '%28' : '%29'))
}

function word(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
