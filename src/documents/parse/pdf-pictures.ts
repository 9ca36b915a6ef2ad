/** The pictures of a scanned page, as files that a recogniser reads: PBM, PGM and PPM. */
import { type getDocumentProxy, getResolvedPDFJS } from 'unpdf'

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof getDocumentProxy>>['getPage']>>

/** Smaller ones are logos and rules. */
const LEAST_PIXELS = 100 * 100
const MOST_PICTURES = 10

interface Bitmap {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** The largest pictures that a page paints, in the order in which it does. */
export async function picturesOf(page: Page): Promise<Uint8Array[]> {
  const { OPS } = await getResolvedPDFJS()
  const { fnArray, argsArray } = await page.getOperatorList()
  const pictures: Uint8Array[] = []
  for (const [index, operation] of fnArray.entries()) {
    if (operation !== OPS.paintImageXObject || pictures.length === MOST_PICTURES) continue
    const bitmap = await bitmapOf(page, argsArray[index]?.[0])
    const picture = bitmap === undefined ? undefined : asPnm(bitmap)
    if (picture !== undefined) pictures.push(picture)
  }
  return pictures
}

async function bitmapOf(page: Page, key: unknown): Promise<Bitmap | undefined> {
  if (typeof key !== 'string') return undefined
  const store = key.startsWith('g_') ? page.commonObjs : page.objs
  const image: unknown = await new Promise(resolve => store.get(key, resolve))
  return isBitmap(image) && image.width * image.height >= LEAST_PIXELS ? image : undefined
}

function isBitmap(value: unknown): value is Bitmap {
  if (typeof value !== 'object' || value === null) return false
  const { width, height, data } = value as Partial<Record<keyof Bitmap, unknown>>
  const isData = data instanceof Uint8Array || data instanceof Uint8ClampedArray
  return typeof width === 'number' && typeof height === 'number' && isData
}

/** Netpbm: a line of text and the pixels. Undefined for kinds of pixels that are not known. */
function asPnm({ width, height, data }: Bitmap): Uint8Array | undefined {
  const pixels = width * height
  // One bit a pixel: white is 1 in a PDF, and black is in a PBM.
  if (data.length === Math.ceil(width / 8) * height) {
    return pnm(
      `P4\n${width} ${height}\n`,
      data.map(byte => byte ^ 0xff),
    )
  }
  if (data.length === pixels) return pnm(`P5\n${width} ${height}\n255\n`, data)
  const head = `P6\n${width} ${height}\n255\n`
  if (data.length === pixels * 3) return pnm(head, data)
  return data.length === pixels * 4 ? pnm(head, withoutAlpha(data, pixels)) : undefined
}

function withoutAlpha(data: Bitmap['data'], pixels: number): Uint8Array {
  const rgb = new Uint8Array(pixels * 3)
  for (let at = 0; at < pixels; at++) rgb.set(data.subarray(at * 4, at * 4 + 3), at * 3)
  return rgb
}

function pnm(head: string, data: Bitmap['data']): Uint8Array {
  const file = new Uint8Array(head.length + data.length)
  file.set(new TextEncoder().encode(head))
  file.set(data, head.length)
  return file
}
