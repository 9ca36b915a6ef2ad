import { parseJson } from '../http.ts'
import type { State } from '../state.ts'
import { ensureFolder, homeOf } from '../storage/changes.ts'
import {
  childrenOf,
  type FileNode,
  type FolderNode,
  isWithin,
  nodeOfUser,
  type StoredNode,
} from '../storage/tree.ts'
import type { RecipeJson } from './clean.ts'
import { isObject } from './instructions.ts'
import { type Cookbook, createCookbook } from './store.ts'

/** The cookbook of a user, made on first use. */
export function cookbookOf(state: State, userId: string): Cookbook {
  let cookbook = state.cookbooks.get(userId)
  if (cookbook === undefined) {
    cookbook = createCookbook()
    state.cookbooks.set(userId, cookbook)
  }
  return cookbook
}

/**
 * The folder of a user's recipes; made on first use.
 *
 * @throws FileInTheWay
 */
export function recipesFolder(state: State, userId: string): FolderNode {
  const { folder } = cookbookOf(state, userId)
  return ensureFolder(
    state.storage,
    homeOf(state.storage, userId),
    folder.split('/').filter(Boolean),
  )
}

/** A file or folder below the recipes folder. */
export function nodeBelow(state: State, userId: string, id: number): StoredNode | undefined {
  const node = nodeOfUser(state.storage, userId, id)
  return node !== undefined && isWithin(node, recipesFolder(state, userId)) ? node : undefined
}

/** The file of the recipe whose folder this is: the first one of JSON. */
export function recipeFile(folder: StoredNode | undefined): FileNode | undefined {
  if (folder?.kind !== 'folder') return undefined
  return childrenOf(folder).find(
    (node): node is FileNode => node.kind === 'file' && /\.json$/i.test(node.name),
  )
}

/** What a recipe file says; undefined when it is not JSON of an object, or empty. */
export function contentOf(file: FileNode): RecipeJson | undefined {
  const json = parseJson(file.content.toString('utf8'))
  return isObject(json) && Object.keys(json).length > 0 ? json : undefined
}
