/** A comment on a file. */
export interface Comment {
  id: number
  fileId: number
  /** User id of the author. */
  author: string
  message: string
  /** Milliseconds. */
  created: number
}

/** All comments of the instance. */
export interface CommentStore {
  /** File id to its comments, oldest first. */
  byFile: Map<number, Comment[]>
  /** `user id:file id` to the time (milliseconds) up to which comments count as read. */
  readMarkers: Map<string, number>
  nextId: number
}

/** An empty comment store. */
export function createComments(): CommentStore {
  return { byFile: new Map(), readMarkers: new Map(), nextId: 1 }
}

/** Comments on a file, newest first. */
export function commentsOn(store: CommentStore, fileId: number): Comment[] {
  return (store.byFile.get(fileId) ?? []).toReversed()
}

/** Adds a comment; `now` in milliseconds. */
export function addComment(
  store: CommentStore,
  fileId: number,
  author: string,
  message: string,
  now: number,
): Comment {
  const comment = { id: store.nextId++, fileId, author, message, created: now }
  const comments = store.byFile.get(fileId)
  if (comments === undefined) store.byFile.set(fileId, [comment])
  else comments.push(comment)
  return comment
}

/** Deletes a comment. */
export function removeComment(store: CommentStore, comment: Comment): void {
  const rest = (store.byFile.get(comment.fileId) ?? []).filter(other => other !== comment)
  store.byFile.set(comment.fileId, rest)
}

/** Whether a user has not seen a comment: it is by somebody else and later than the marker. */
export function isUnread(store: CommentStore, userId: string, comment: Comment): boolean {
  const marker = store.readMarkers.get(`${userId}:${comment.fileId}`) ?? 0
  return comment.author !== userId && comment.created > marker
}
