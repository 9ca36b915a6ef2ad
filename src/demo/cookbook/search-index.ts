import type { State } from '../state.ts'
import { childrenOf, type FileNode, seconds } from '../storage/tree.ts'
import { contentOf, cookbookOf, recipeFile, recipesFolder } from './folder.ts'
import type { IndexEntry } from './store.ts'

/** An entry with the id of its recipe. */
export interface IndexedRecipe extends IndexEntry {
  id: number
}

/** Makes the index anew when it is older than the user's interval, as every request does. */
export function refreshIndex(state: State, userId: string): void {
  const cookbook = cookbookOf(state, userId)
  if (seconds(state.storage) > cookbook.indexed + cookbook.updateInterval * 60) {
    rebuildIndex(state, userId)
    cookbook.indexed = seconds(state.storage)
  }
}

/** Makes the index of the files; those that are no recipes are passed over. */
export function rebuildIndex(state: State, userId: string): void {
  const cookbook = cookbookOf(state, userId)
  cookbook.index = new Map(
    childrenOf(recipesFolder(state, userId)).flatMap(folder => {
      const file = recipeFile(folder)
      const entry = file && entryOf(file)
      return entry === undefined ? [] : [[folder.id, entry] as const]
    }),
  )
}

/** Enters one recipe; false when its file has no valid name. */
export function enter(state: State, userId: string, file: FileNode): boolean {
  const entry = entryOf(file)
  if (entry === undefined || file.parent === undefined) return false
  cookbookOf(state, userId).index.set(file.parent.id, entry)
  return true
}

/** All recipes by name, without regard to case. */
export function listed(state: State, userId: string): IndexedRecipe[] {
  const { index } = cookbookOf(state, userId)
  return [...index]
    .map(([id, entry]) => ({ id, ...entry }))
    .toSorted((a, b) => compareBytes(a.name.toLowerCase(), b.name.toLowerCase()))
}

/** The recipes of a category; those without one for `_`. */
export function inCategory(state: State, userId: string, category: string): IndexedRecipe[] {
  const wanted = category === '_' ? null : category
  return byName(listed(state, userId).filter(recipe => recipe.category === wanted))
}

/** The recipes with any of the words in name, keywords or category, where `%` and `_` match all. */
export function found(state: State, userId: string, query: string): IndexedRecipe[] {
  const words = query.toLowerCase().match(/[^ ,]+/g)
  if (words === null) return listed(state, userId)
  const patterns = words.map(likePattern)
  return byName(
    listed(state, userId).filter(({ name, keywords, category }) =>
      [name, ...keywords, category ?? ''].some(text =>
        patterns.some(pattern => pattern.test(text.toLowerCase())),
      ),
    ),
  )
}

/** How many recipes each name stands for, by name. */
export function counted(names: readonly string[]): { name: string; recipe_count: number }[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
    .map(([name, recipe_count]) => ({ name, recipe_count }))
    .toSorted((a, b) => compareBytes(a.name, b.name))
}

function entryOf(file: FileNode): IndexEntry | undefined {
  const json = contentOf(file)
  if (typeof json?.name !== 'string' || json.name === 'No name') return undefined
  const category = [json.recipeCategory].flat()[0]
  const words = Array.isArray(json.keywords)
    ? json.keywords
    : String(json.keywords ?? '').split(',')
  const now = new Date(file.mtime * 1000).toISOString()
  const date = (value: unknown) => indexDate(typeof value === 'string' ? value : now)
  return {
    name: json.name.trim(),
    category: typeof category === 'string' && category.trim() !== '' ? category.trim() : null,
    keywords: words
      .map(word => String(word).trim())
      .filter(Boolean)
      .toSorted(compareBytes),
    created: date(json.dateCreated),
    modified: date(json.dateModified),
  }
}

function indexDate(text: string): string {
  const time = Date.parse(text)
  return new Date(Number.isNaN(time) ? 0 : time).toISOString().replace(/\.\d+Z$/, '+0000')
}

/** SQL's LIKE with the word anywhere. */
function likePattern(word: string): RegExp {
  const source = word
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(source, 's')
}

function byName(recipes: IndexedRecipe[]): IndexedRecipe[] {
  return recipes.toSorted((a, b) => compareBytes(a.name, b.name))
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
