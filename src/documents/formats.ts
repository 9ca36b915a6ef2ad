/** Which format a file has, told by its name and media type. */
import { isTextType } from './encoding.ts'

/** Formats that are read here, without anybody's help. */
export type BuiltInFormat =
  | 'pdf'
  | 'docx'
  | 'pptx'
  | 'xlsx'
  | 'odt'
  | 'ods'
  | 'odp'
  | 'epub'
  | 'html'
  | 'markdown'
  | 'text'
  | 'email'
  | 'image'

const OOXML = 'application/vnd.openxmlformats-officedocument'
const ODF = 'application/vnd.oasis.opendocument'

const FORMATS: Readonly<Record<string, BuiltInFormat>> = {
  'application/pdf': 'pdf',
  [`${OOXML}.wordprocessingml.document`]: 'docx',
  [`${OOXML}.wordprocessingml.template`]: 'docx',
  'application/vnd.ms-word.document.macroenabled.12': 'docx',
  [`${OOXML}.presentationml.presentation`]: 'pptx',
  [`${OOXML}.presentationml.slideshow`]: 'pptx',
  [`${OOXML}.presentationml.template`]: 'pptx',
  'application/vnd.ms-powerpoint.presentation.macroenabled.12': 'pptx',
  [`${OOXML}.spreadsheetml.sheet`]: 'xlsx',
  [`${OOXML}.spreadsheetml.template`]: 'xlsx',
  'application/vnd.ms-excel.sheet.macroenabled.12': 'xlsx',
  [`${ODF}.text`]: 'odt',
  [`${ODF}.text-template`]: 'odt',
  [`${ODF}.spreadsheet`]: 'ods',
  [`${ODF}.spreadsheet-template`]: 'ods',
  [`${ODF}.presentation`]: 'odp',
  [`${ODF}.presentation-template`]: 'odp',
  'application/epub+zip': 'epub',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'message/rfc822': 'email',
  'image/png': 'image',
  'image/jpeg': 'image',
  'image/bmp': 'image',
  'image/webp': 'image',
}

/** Media types by ending; also of formats that only an external processor reads. */
const ENDINGS: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  docx: `${OOXML}.wordprocessingml.document`,
  dotx: `${OOXML}.wordprocessingml.template`,
  docm: 'application/vnd.ms-word.document.macroenabled.12',
  pptx: `${OOXML}.presentationml.presentation`,
  ppsx: `${OOXML}.presentationml.slideshow`,
  potx: `${OOXML}.presentationml.template`,
  pptm: 'application/vnd.ms-powerpoint.presentation.macroenabled.12',
  xlsx: `${OOXML}.spreadsheetml.sheet`,
  xltx: `${OOXML}.spreadsheetml.template`,
  xlsm: 'application/vnd.ms-excel.sheet.macroenabled.12',
  odt: `${ODF}.text`,
  ott: `${ODF}.text-template`,
  ods: `${ODF}.spreadsheet`,
  ots: `${ODF}.spreadsheet-template`,
  odp: `${ODF}.presentation`,
  otp: `${ODF}.presentation-template`,
  epub: 'application/epub+zip',
  html: 'text/html',
  htm: 'text/html',
  xhtml: 'application/xhtml+xml',
  md: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  eml: 'message/rfc822',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  bmp: 'image/bmp',
  webp: 'image/webp',
  gif: 'image/gif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  doc: 'application/msword',
  ppt: 'application/vnd.ms-powerpoint',
  xls: 'application/vnd.ms-excel',
  rtf: 'application/rtf',
  msg: 'application/vnd.ms-outlook',
}

/** The media type of a file: that of its ending where it has a known one, else the declared one. */
export function mediaTypeOf(file: { name: string; mediaType: string | undefined }): string {
  const ending = /\.([^./]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? ''
  const known = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  return known ?? file.mediaType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** The format of files of a media type; undefined for those that are not read here. */
export function formatOfType(mediaType: string): BuiltInFormat | undefined {
  if (Object.hasOwn(FORMATS, mediaType)) return FORMATS[mediaType]
  // RTF is text only to a machine.
  return isTextType(mediaType) && !mediaType.endsWith('/rtf') ? 'text' : undefined
}
