/** PDFs by hand (ISO 32000-1): as many pages as wanted, pictures instead of text, passwords. */
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'

/** What a PDF is made of. */
export interface PdfOptions {
  title?: string
  /** Needed to open it. */
  password?: string
}

/** Content of a page: lines of text, or operators as they are. */
export type PdfPage = readonly string[] | { readonly operators: string } | { readonly gray: Gray }

/** A picture of 8 bits a pixel that fills the page. */
export interface Gray {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

type Part = { head: string; stream?: Buffer }

/** A PDF with these pages. */
export function pdf(pages: readonly PdfPage[], { title, password }: PdfOptions = {}): Buffer {
  const parts: Part[] = []
  const add = (head: string, stream?: Buffer) => {
    parts.push(stream === undefined ? { head } : { head, stream })
    return parts.length
  }
  const catalog = add('<< /Type /Catalog /Pages 2 0 R >>')
  const tree = add('')
  const font = add(
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  )
  const kids = pages.map(page => {
    let resources = `/Font << /F1 ${font} 0 R >>`
    if ('gray' in page) {
      const { width, height, data } = page.gray
      const dictionary = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`
      resources += ` /XObject << /I1 ${add(dictionary, deflateSync(data))} 0 R >>`
    }
    const content = add('/Filter /FlateDecode', deflateSync(Buffer.from(operators(page), 'latin1')))
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 612 792] /Resources << ${resources} >> /Contents ${content} 0 R >>`,
    )
  })
  const refs = kids.map(kid => `${kid} 0 R`).join(' ')
  parts[tree - 1] = { head: `<< /Type /Pages /Kids [${refs}] /Count ${kids.length} >>` }
  const info =
    title === undefined || password !== undefined
      ? ''
      : `/Info ${add(`<< /Title (${title}) >>`)} 0 R`
  const key = password === undefined ? undefined : encryption(password)
  const encrypt = key === undefined ? '' : `/Encrypt ${add(key.dictionary)} 0 R`
  return written(parts, `/Root ${catalog} 0 R ${info} ${encrypt} ${key?.id ?? ''}`, key?.file)
}

function operators(page: PdfPage): string {
  if ('gray' in page) return 'q 612 0 0 792 0 0 cm /I1 Do Q'
  if ('operators' in page) return page.operators
  const lines = page.map(line => `(${line.replaceAll(/[()\\]/g, '\\$&')}) Tj T*`)
  return `BT /F1 12 Tf 14 TL 72 720 Td ${lines.join('\n')} ET`
}

function written(parts: readonly Part[], trailer: string, key: Buffer | undefined): Buffer {
  const pieces: Buffer[] = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  let size = pieces[0]?.length ?? 0
  const put = (piece: Buffer) => {
    pieces.push(piece)
    size += piece.length
  }
  for (const [index, { head, stream }] of parts.entries()) {
    offsets.push(size)
    const data = stream && key ? rc4(objectKey(key, index + 1), stream) : stream
    const body = data === undefined ? head : `<< ${head} /Length ${data.length} >>`
    put(Buffer.from(`${index + 1} 0 obj\n${body}\n`, 'latin1'))
    if (data !== undefined) {
      put(Buffer.concat([Buffer.from('stream\n'), data, Buffer.from('\nendstream\n')]))
    }
    put(Buffer.from('endobj\n'))
  }
  const table = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const start = size
  put(
    Buffer.from(
      `xref\n0 ${parts.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${parts.length + 1} ${trailer} >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(pieces)
}

const PADDING = Buffer.from(
  '28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a',
  'hex',
)
const md5 = (...parts: Buffer[]) => createHash('md5').update(Buffer.concat(parts)).digest()

/** The standard security handler, revision 2: 40 bits, weak, and known to every reader. */
function encryption(password: string) {
  const id = md5(Buffer.from('our own'))
  const padded = Buffer.concat([Buffer.from(password), PADDING]).subarray(0, 32)
  const owner = rc4(md5(padded).subarray(0, 5), padded)
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(-44)
  const file = md5(padded, owner, permissions, id).subarray(0, 5)
  const user = rc4(file, PADDING)
  const hex = (bytes: Buffer) => `<${bytes.toString('hex')}>`
  return {
    file,
    id: `/ID [${hex(id)} ${hex(id)}]`,
    dictionary: `<< /Filter /Standard /V 1 /R 2 /O ${hex(owner)} /U ${hex(user)} /P -44 >>`,
  }
}

function objectKey(file: Buffer, number: number): Buffer {
  const suffix = Buffer.from([number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, 0, 0])
  return md5(file, suffix).subarray(0, 10)
}

function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, at) => at)
  const at = (index: number) => state[index & 255] ?? 0
  const swap = (a: number, b: number) => {
    const kept = at(a)
    state[a & 255] = at(b)
    state[b & 255] = kept
  }
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255
    swap(i, j)
  }
  let i = 0
  let j = 0
  return Buffer.from(
    data.map(byte => {
      i = (i + 1) & 255
      j = (j + at(i)) & 255
      swap(i, j)
      return byte ^ at(at(i) + at(j))
    }),
  )
}
