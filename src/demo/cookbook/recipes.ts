import type { Instance } from '../instance.ts'
import { createFolder, detach, forget, homeOf, moveNode, writeFile } from '../storage/changes.ts'
import { moveToTrash } from '../storage/trash.ts'
import { type FileNode, type FolderNode, nodeAt, type StoredNode } from '../storage/tree.ts'
import { checked, type RecipeJson } from './clean.ts'
import { contentOf, cookbookOf, nodeBelow, recipeFile, recipesFolder } from './folder.ts'
import { InvalidRecipe } from './instructions.ts'

/** Another recipe has the name. */
export class NameTaken extends Error {
  override name = 'NameTaken'
}

const folderNameLimit = 100
const images = ['full.jpg', 'thumb.jpg', 'thumb16.jpg']

/** A recipe as it is read; undefined where there is none that can be. */
export function readRecipe(
  { state }: Instance,
  userId: string,
  id: number,
): RecipeJson | undefined {
  const file = recipeFile(nodeBelow(state, userId, id))
  return file && parsed(file)
}

/**
 * What a recipe's file says, in the app's form.
 *
 * @throws InvalidRecipe
 */
export function parsed(file: FileNode): RecipeJson | undefined {
  const json = contentOf(file)
  if (json === undefined) return undefined
  if (!json.name) throw new InvalidRecipe('no name')
  return checked({ dateCreated: null, dateModified: null, ...json, id: file.parent?.id })
}

/**
 * Writes a recipe: over the one that its `id` names, else a new one.
 *
 * @throws InvalidRecipe when there is no recipe with this id, or it cannot be read
 * @throws NameTaken
 */
export async function writeRecipe(
  instance: Instance,
  userId: string,
  json: RecipeJson,
  importedHtml?: string,
): Promise<FileNode> {
  const { storage } = instance.state
  const now = `${new Date(storage.now()).toISOString().slice(0, 19)}+0000`
  const recipe: RecipeJson = { ...checked(json), dateModified: now }
  const folder = json.id
    ? renamed(instance, userId, Number(json.id), String(recipe.name))
    : created(instance, userId, String(recipe.name))
  if (!json.id) recipe.dateCreated = now
  const known = recipeFile(folder)
  const before = known && contentOf(known)
  if (known !== undefined && known.name !== 'recipe.json') {
    moveNode(storage, known, folder, 'recipe.json')
  }
  const file = writeFile(storage, folder, 'recipe.json', Buffer.from(JSON.stringify(recipe)))
  if (importedHtml !== undefined) {
    writeFile(storage, folder, 'import.html', Buffer.from(importedHtml))
  }
  await keepImage(instance, userId, folder, String(recipe.image), before?.image)
  if (!folder.children.has('.nomedia')) writeFile(storage, folder, '.nomedia', Buffer.alloc(0))
  return file
}

/** Deletes whatever has this id below the recipes folder; nothing is fine too. */
export function deleteRecipe({ state, settings }: Instance, userId: string, id: number): void {
  const node = nodeBelow(state, userId, id)
  if (node !== undefined) remove(node)
  cookbookOf(state, userId).index.delete(id)

  function remove(gone: StoredNode): void {
    if (settings.apps.has('files_trashbin')) {
      moveToTrash(state.storage, state.trash, userId, gone)
    } else {
      detach(state.storage, gone)
      forget(state.storage, gone)
    }
  }
}

function created({ state }: Instance, userId: string, name: string): FolderNode {
  const parent = recipesFolder(state, userId)
  const folderName = folderNameOf(name)
  if (folderName === '' || parent.children.has(folderName)) throw new NameTaken()
  return createFolder(state.storage, parent, folderName)
}

function renamed({ state }: Instance, userId: string, id: number, name: string): FolderNode {
  const folder = nodeBelow(state, userId, id)
  if (folder?.kind !== 'folder' || folder.parent === undefined) {
    throw new InvalidRecipe('no folder of a recipe')
  }
  const folderName = folderNameOf(name)
  if (folder.name === folderName) return folder
  if (recipesFolder(state, userId).children.has(folderName)) throw new NameTaken()
  moveNode(state.storage, folder, folder.parent, folderName)
  return folder
}

function folderNameOf(name: string): string {
  const safe = [...name.replace(/[/:?!"\\'|&^#]/g, '_')]
  return safe.length > folderNameLimit
    ? `${safe.slice(0, folderNameLimit - 3).join('')}___`
    : safe.join('')
}

/** Fetches a picture that is new; one that cannot be had is passed over in silence. */
async function keepImage(
  { state, settings }: Instance,
  userId: string,
  folder: FolderNode,
  image: string,
  before: unknown,
): Promise<void> {
  const { storage } = state
  if (image === '') {
    for (const name of images) {
      const node = folder.children.get(name)
      if (node === undefined) continue
      detach(storage, node)
      forget(storage, node)
    }
    return
  }
  if (image === before) return
  if (image.startsWith('http')) {
    const page = await settings.web(image.replaceAll(' ', '%20'))
    if (page?.status === 200) writePicture(Buffer.from(page.body, 'latin1'))
    return
  }
  // The path is put behind the home as it is: without a slash it names nothing.
  const names = image.startsWith('/') ? image.split('/').filter(Boolean) : []
  const file = nodeAt(homeOf(storage, userId), names)
  if (file?.kind === 'file') writePicture(file.content)

  function writePicture(content: Buffer): void {
    writeFile(storage, folder, 'full.jpg', content)
    // The small pictures are made of it at once.
    if (!isPicture(content)) throw new InvalidRecipe('no picture')
  }
}

/** Whether a file begins as PNG, JPEG, GIF and WebP do. */
export function isPicture(content: Buffer): boolean {
  return /^(?:\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(content.toString('latin1', 0, 12))
}
