import { createHash } from 'node:crypto'

/**
 * What stands in the database for a value that is itself a secret, such as a session id or a
 * one-time code: whoever reads the file cannot use it. Such values are long and random, so a plain
 * hash suffices.
 * @returns SHA-256, hexadecimal
 */
export function digest(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
