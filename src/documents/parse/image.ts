/** Pictures, where there is a recogniser. */
import { DocumentError } from '../document.ts'
import type { Parser } from './parser.ts'

/** The text that is seen in a picture. */
export const parseImage: Parser = async ({ bytes, pages, recognise }) => {
  if (recognise === undefined) {
    throw new DocumentError('UNSUPPORTED', 'Pictures are read only with OCR, which is not set up')
  }
  pages.add(await recognise(bytes))
  return { format: 'plain', processor: 'ocr' }
}
