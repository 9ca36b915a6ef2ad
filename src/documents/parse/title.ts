/** What a document calls itself, in the part that is about it. */
import { readXml } from './xml.ts'
import type { Archive } from './zip.ts'

/** The first `title` of a part (Dublin Core); undefined where there is no such part. */
export function titleIn(archive: Archive, part: string): string | undefined {
  if (!archive.has(part)) return undefined
  let title = ''
  let isTitle = false
  readXml(archive.read(part), {
    open: (_, name) => {
      isTitle = name === 'title' && title === ''
    },
    close: () => {
      isTitle = false
    },
    text: text => {
      if (isTitle) title += text
    },
  })
  return title
}
