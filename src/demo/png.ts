import { crc32, deflateSync } from 'node:zlib'

/** Builds a PNG image of one colour that fades to another, from the top to the bottom. */
export function gradientPng(
  width: number,
  height: number,
  top: readonly [number, number, number],
  bottom: readonly [number, number, number],
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8 // bits per channel
  header[9] = 2 // red, green, blue
  const stride = 1 + width * 3
  const pixels = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const share = height === 1 ? 0 : y / (height - 1)
    const [red, green, blue] = [0, 1, 2].map(channel =>
      Math.round((top[channel] ?? 0) * (1 - share) + (bottom[channel] ?? 0) * share),
    )
    for (let x = 0; x < width; x++) {
      pixels.set([red ?? 0, green ?? 0, blue ?? 0], y * stride + 1 + x * 3)
    }
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
