import { replaceContent } from './changes.ts'
import type { FileNode, Storage } from './tree.ts'

/** What a file was at a time, or is. */
export interface Version {
  /** Unix seconds: two within a second are one. */
  time: number
  content: Buffer
  /** As people named it; empty: not at all. */
  label: string
}

/** What a file was and is, the oldest first. */
export function versionsOf(file: FileNode): Version[] {
  return [...file.versions, [file.mtime, file.content] as const]
    .toSorted(([one], [other]) => one - other)
    .map(([time, content]) => ({ time, content, label: file.versionLabels.get(time) ?? '' }))
}

/** Makes a file again what it was; what it is becomes a version. */
export function restoreVersion(storage: Storage, file: FileNode, { content, time }: Version): void {
  replaceContent(storage, file, content, { mtime: time })
  file.versions.delete(time)
}
