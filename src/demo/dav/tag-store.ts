/** A collaborative tag. */
export interface Tag {
  id: number
  name: string
  visible: boolean
  assignable: boolean
}

/** All tags of the instance and what they are assigned to. */
export interface TagStore {
  tags: Map<number, Tag>
  /** File id to ids of its tags. */
  assigned: Map<number, Set<number>>
  nextId: number
}

/** An empty tag store. */
export function createTags(): TagStore {
  return { tags: new Map(), assigned: new Map(), nextId: 1 }
}

/** Makes a tag; `undefined` when there is one of this name and these settings already. */
export function addTag(
  store: TagStore,
  name: string,
  visible = true,
  assignable = true,
): Tag | undefined {
  for (const tag of store.tags.values()) {
    if (tag.name === name && tag.visible === visible && tag.assignable === assignable) {
      return undefined
    }
  }
  const tag: Tag = { id: store.nextId++, name, visible, assignable }
  store.tags.set(tag.id, tag)
  return tag
}

/** Assigns a tag to a file; `false` when it was already. */
export function assignTag(store: TagStore, fileId: number, tagId: number): boolean {
  const tags = store.assigned.get(fileId) ?? new Set()
  if (tags.has(tagId)) return false
  store.assigned.set(fileId, tags.add(tagId))
  return true
}

/** Takes a tag off a file; `false` when it had none. */
export function unassignTag(store: TagStore, fileId: number, tagId: number): boolean {
  return store.assigned.get(fileId)?.delete(tagId) ?? false
}

/** Deletes a tag everywhere. */
export function removeTag(store: TagStore, tagId: number): void {
  store.tags.delete(tagId)
  for (const tags of store.assigned.values()) tags.delete(tagId)
}

/** The tags of a file that a user may see; administrators see all. */
export function tagsOfFile(store: TagStore, fileId: number, admin: boolean): Tag[] {
  const ids = store.assigned.get(fileId)
  if (ids === undefined) return []
  return [...ids].flatMap(id => {
    const tag = store.tags.get(id)
    return tag !== undefined && (tag.visible || admin) ? [tag] : []
  })
}
