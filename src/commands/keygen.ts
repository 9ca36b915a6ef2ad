/** `keygen`: prints a new key for TOKEN_ENCRYPTION_KEY, and nothing else. */
import { generateKey } from '../vault/fernet.ts'

/** Prints a key; each run another one. */
export async function keygen(): Promise<void> {
  process.stdout.write(`${generateKey()}\n`)
}
