/** The file of a database: for this user's eyes only. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates the file (0600, new directories 0700) before SQLite does, which would leave its mode to
 * the umask, and takes from others the rights that they had. SQLite gives the journal files the
 * mode of the database.
 * @throws what the file system reports
 */
export function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) tighten(file)
}

function tighten(file: string): void {
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  } catch {
    // No journal, or somebody else's file that we may nevertheless use: theirs to decide.
  }
}
