/** Vectors as SQLite takes them. */

/** The bytes of a vector. */
export function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** One bit for each dimension: whether it is positive. Near vectors differ in few of them. */
export function bitCodeOf(vector: Float32Array): Uint8Array {
  const code = new Uint8Array(Math.ceil(vector.length / 8))
  for (const [at, value] of vector.entries()) {
    if (value > 0) code[at >> 3] = (code[at >> 3] ?? 0) | (1 << (at & 7))
  }
  return code
}
