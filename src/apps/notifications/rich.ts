/**
 * Rich texts: a text with placeholders, and what each of them stands for.
 * @see https://github.com/nextcloud/server/blob/master/lib/public/RichObjectStrings/Definitions.php
 */
import { z } from 'zod'
import { looseRecord, text } from '../../nextcloud/tolerant.ts'

const Parameter = z.object({
  type: text(''),
  id: text(''),
  name: text(''),
  link: text(null),
})

/** A user, a file, a room and so on that a text is about. */
export type Mentioned = z.infer<typeof Parameter>

/** A rich text with names in the place of placeholders; without one the plain text. */
export function resolved(rich: string, parameters: Record<string, unknown>, plain: string): string {
  if (rich === '') return plain
  return rich.replace(/\{([\w-]+)\}/g, (placeholder, key: string) => {
    const parsed = Parameter.safeParse(looseRecord().parse(parameters[key]))
    return (parsed.success && (parsed.data.name || parsed.data.id)) || placeholder
  })
}

/** What the parameters of rich texts stand for, each thing once. */
export function mentioned(...all: Record<string, unknown>[]): Mentioned[] {
  const found = new Map<string, Mentioned>()
  for (const value of all.flatMap(parameters => Object.values(parameters))) {
    const parsed = Parameter.safeParse(value)
    // An id names one thing of its kind on one Nextcloud: what is elsewhere has another name.
    if (parsed.success) found.set(JSON.stringify(parsed.data), parsed.data)
  }
  return [...found.values()]
}
