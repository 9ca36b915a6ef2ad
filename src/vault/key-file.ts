/** A key that nobody had to make: kept in a file beside the database it is for. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { VaultError } from './errors.ts'
import { generateKey } from './fernet.ts'

/** Where the key of a database is kept. */
export function keyFileOf(path: string): string {
  return `${path}.key`
}

/**
 * The keys in the file beside the database, which is made if there is no database yet. Whoever gets
 * hold of both files can read everything: a key that is kept elsewhere protects backups too.
 * @throws VaultError `KEY_MISSING` for a database without its key, `CANNOT_OPEN`
 */
export async function keysBeside(path: string): Promise<string> {
  if (path === ':memory:') return generateKey()
  const file = keyFileOf(path)
  const kept = await readIfThere(file)
  if (kept !== undefined) return kept.trim()
  if (await holdsAnything(path)) {
    throw new VaultError('KEY_MISSING', `The key of ${path} is missing`, {
      fix: `Set TOKEN_ENCRYPTION_KEY to the key it was written with, or put ${file} back.`,
    })
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(file, `${generateKey()}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    // Another process may have made it in the same moment; then theirs counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotOpen(file, error)
  }
  return (await readFile(file, 'utf8')).trim()
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cannotOpen(file, error)
  }
}

async function holdsAnything(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0
  } catch {
    return false
  }
}

function cannotOpen(file: string, cause: unknown): VaultError {
  const { code } = cause as NodeJS.ErrnoException
  return new VaultError('CANNOT_OPEN', `The key file ${file} cannot be used (${code})`, {
    fix: 'Set TOKEN_STORAGE_DB to a path in a directory that this server may write.',
    cause,
  })
}
