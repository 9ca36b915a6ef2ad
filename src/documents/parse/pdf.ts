/** PDF, page by page: only the pages asked for are parsed. */
import { getDocumentProxy } from 'unpdf'
import { DocumentError } from '../document.ts'
import type { Parser, Recognise } from './parser.ts'
import { linesOf, type TextItem } from './pdf-lines.ts'
import { picturesOf } from './pdf-pictures.ts'

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>
type Page = Awaited<ReturnType<Pdf['getPage']>>

/** Larger pictures are not decoded. */
const MOST_PIXELS = 50_000_000

/** The text layer; pages without one are recognised where there is a recogniser. */
export const parsePdf: Parser = async ({ bytes, pages, recognise, progress }) => {
  const pdf = await opened(bytes)
  try {
    const wanted = pages.wanted(pdf.numPages)
    let isRecognised = false
    for (const [index, number] of wanted.entries()) {
      const page = await pdf.getPage(number)
      let text = await textOf(page)
      if (text === '' && recognise !== undefined) {
        text = await recognised(page, recognise)
        isRecognised ||= text !== ''
      }
      pages.add(text, number)
      page.cleanup()
      if (pages.full) break
      progress(index + 1, wanted.length)
    }
    return {
      format: 'plain',
      processor: isRecognised ? 'ocr' : 'pdf',
      title: await titleOf(pdf),
      pageCount: pdf.numPages,
    }
  } finally {
    await pdf.loadingTask.destroy()
  }
}

async function opened(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, {
      verbosity: 0,
      useSystemFonts: false,
      enableXfa: false,
      maxImageSize: MOST_PIXELS,
    })
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentError('ENCRYPTED', 'The file is encrypted with a password')
    }
    throw new DocumentError('DAMAGED', 'The file is no PDF, or a broken one')
  }
}

async function textOf(page: Page): Promise<string> {
  const { items } = await page.getTextContent()
  return linesOf(items.filter((item): item is TextItem & (typeof items)[number] => 'str' in item))
}

async function recognised(page: Page, recognise: Recognise): Promise<string> {
  const texts: string[] = []
  for (const picture of await picturesOf(page)) texts.push(await recognise(picture))
  return texts.join('\n\n').trim()
}

async function titleOf(pdf: Pdf): Promise<string | undefined> {
  const { info } = await pdf.getMetadata().catch(() => ({ info: undefined }))
  const title: unknown = Object.entries(info ?? {}).find(([name]) => name === 'Title')?.[1]
  return typeof title === 'string' ? title : undefined
}
