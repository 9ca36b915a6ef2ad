/** What is remembered of a user's folders between two listings: their ETags, and the ids of their files. */
import { z } from 'zod'

/** A folder as it was read. */
export interface Folder {
  /** `''` where it has to be read again whatever its ETag is now. */
  etag: string
  /** Whether its ETag, or that of a folder below it, may stay when something changes. */
  isForeign: boolean
  /** Ids of the files in it that are documents. */
  files: readonly string[]
  folders: Map<string, Folder>
}

/** Short names, as there may be thousands. */
const Stored: z.ZodType<Folder, unknown> = z
  .object({
    e: z.string(),
    x: z.boolean().optional(),
    f: z.array(z.number()),
    d: z.array(z.tuple([z.string(), z.lazy(() => Stored)])),
  })
  .transform(({ e, x = false, f, d }) => ({
    etag: e,
    isForeign: x,
    files: f.map(String),
    folders: new Map(d),
  }))

/** What a listing leaves for the next one. */
export const State = z.object({
  root: Stored,
  /** What was kept from the user, and which files could be read: with either all is looked at anew. */
  scope: z.string(),
  /** When foreign folders were last looked through, in milliseconds since 1970. */
  foreignAt: z.number(),
})
export type State = z.infer<typeof State>

/** The state as text. */
export function stateText({ root, ...rest }: State): string {
  return JSON.stringify({ root: stored(root), ...rest })
}

function stored({ etag, isForeign, files, folders }: Folder): object {
  return {
    e: etag,
    ...(isForeign ? { x: true } : {}),
    f: files.map(Number),
    d: [...folders].map(([name, folder]) => [name, stored(folder)]),
  }
}

export function emptyFolder(): Folder {
  return { etag: '', isForeign: false, files: [], folders: new Map() }
}

/** The ids of all files in a folder and below it. */
export function idsIn(folder: Folder): string[] {
  const ids: string[] = []
  const waiting = [folder]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const id of at.files) ids.push(id)
    waiting.push(...at.folders.values())
  }
  return ids
}
