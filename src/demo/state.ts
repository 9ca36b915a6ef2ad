import type { CommentStore } from './dav/comment-store.ts'
import type { TagStore } from './dav/tag-store.ts'
import type { Trash } from './storage/trash.ts'
import type { Storage } from './storage/tree.ts'
import type { Directory } from './users.ts'

/** Everything users can change; made anew by a reset. */
export interface State {
  directory: Directory
  storage: Storage
  trash: Trash
  tags: TagStore
  comments: CommentStore
  /** User id to upload name to chunk name to content. */
  uploads: Map<string, Map<string, Map<string, Buffer>>>
  /** User id to settings of the Notes app that differ from the default. */
  notesSettings: Map<string, Record<string, string>>
  /** Token to file id. */
  directLinks: Map<string, number>
  /** Poll token to the state of a login (Login Flow v2). */
  logins: Map<string, PendingLogin>
  /** `user id:/path` to the number of exclusive locks held there. */
  locks: Map<string, number>
}

/** A login a client began and a person may grant in the browser. */
export interface PendingLogin {
  flowToken: string
  granted?: { loginName: string; appPassword: string }
}
