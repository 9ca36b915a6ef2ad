/** Recipes: as tools give them, and how a change becomes what Cookbook is sent. */
import { z } from 'zod'
import { normalPath } from '../../nextcloud/dav/paths.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { list, text } from '../../nextcloud/tolerant.ts'
import type { ApiRecipe } from './api.ts'
import { toDuration } from './duration.ts'
import { guarded, isPlain } from './markup.ts'

const Amount = text(null)
const Nutrition = z.looseObject({
  '@type': text('NutritionInformation'),
  calories: Amount,
  carbohydrateContent: Amount,
  cholesterolContent: Amount,
  fatContent: Amount,
  fiberContent: Amount,
  proteinContent: Amount,
  saturatedFatContent: Amount,
  servingSize: Amount,
  sodiumContent: Amount,
  sugarContent: Amount,
  transFatContent: Amount,
  unsaturatedFatContent: Amount,
})

/** A recipe as tools and resources give it; what is not named here is given as it is. */
export const Recipe = z.looseObject({
  '@type': text('Recipe'),
  id: text(null),
  name: text(''),
  description: text(''),
  url: text(''),
  image: text('').describe('Where the picture came from: a URL, or a path in Nextcloud'),
  imageUrl: text(null),
  imagePlaceholderUrl: text(null),
  keywords: text('').describe('Separated by commas'),
  dateCreated: text(null),
  dateModified: text(null),
  prepTime: text(null).describe('ISO 8601 duration, as are the other two'),
  cookTime: text(null),
  totalTime: text(null),
  recipeYield: z.union([z.number(), z.string()]).nullable().catch(null),
  recipeCategory: text(''),
  tool: list(text('')).catch([]),
  recipeIngredient: list(text('')).catch([]),
  recipeInstructions: list(text('')).catch([]).describe('"## Title" begins a section'),
  nutrition: Nutrition.nullable().catch(null),
})

/** The recipe with every key that readers may rely on. */
export function presented(recipe: ApiRecipe): z.output<typeof Recipe> {
  return Recipe.parse(recipe)
}

/** What a tool may say of a recipe; the rest stays. `''` and `[]` take a thing away. */
export interface RecipeChanges {
  name?: string | undefined
  description?: string | undefined
  ingredients?: string[] | undefined
  instructions?: string[] | undefined
  url?: string | undefined
  prep_time?: string | undefined
  cook_time?: string | undefined
  total_time?: string | undefined
  recipe_yield?: number | undefined
  category?: string | undefined
  keywords?: string | undefined
  tools?: string[] | undefined
  image?: string | undefined
  /** By schema.org's names, `calories`; amounts that are not named stay. */
  nutrition?: Record<string, string> | undefined
}

/** Cookbook cuts longer names, and with them the folder's. */
const NAME_BYTES = 128

/**
 * The whole recipe to send: `recipe` as it was read, with the changes, so that Cookbook gives
 * back every other field as it was.
 * @throws CodedError `BAD_INPUT` for what Cookbook would drop or turn into something else
 */
export function withChanges(recipe: ApiRecipe, changes: RecipeChanges): ApiRecipe {
  const changed: ApiRecipe = { ...recipe }
  const set = (key: string, value: unknown) => {
    if (value !== undefined) changed[key] = value
  }
  set('name', nameOf(changes.name))
  set('description', changes.description)
  set('recipeIngredient', changes.ingredients)
  set('recipeInstructions', changes.instructions)
  set('tool', changes.tools)
  set('recipeYield', changes.recipe_yield)
  set('recipeCategory', plain('category', changes.category))
  set('keywords', plain('keywords', changes.keywords))
  set('prepTime', durationOf('prep_time', changes.prep_time))
  set('cookTime', durationOf('cook_time', changes.cook_time))
  set('totalTime', durationOf('total_time', changes.total_time))
  set('url', webAddress('url', changes.url))
  set('image', pictureOf(changes.image))
  set('nutrition', nutritionOf(recipe.nutrition, changes.nutrition))
  for (const key of ['description', 'recipeIngredient', 'recipeInstructions', 'tool']) {
    if (key in changed) changed[key] = guardedAll(changed[key])
  }
  return changed
}

/**
 * The address of a web page in ASCII, which is all that Cookbook keeps; `''` stays.
 * @throws CodedError `BAD_INPUT` for anything but http and https
 */
export function webAddress(field: string, address: string | undefined): string | undefined {
  if (address === undefined || address.trim() === '') return address?.trim()
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw badInput(`${field}: "${address}" is not the address of a web page (http or https)`)
  }
  return url.href
}

function nameOf(name: string | undefined): string | undefined {
  if (name !== undefined && Buffer.byteLength(name) > NAME_BYTES) {
    throw badInput(`name: longer than the ${NAME_BYTES} bytes that Cookbook keeps`)
  }
  return plain('name', name)
}

function plain(field: string, value: string | undefined): string | undefined {
  if (value === undefined || isPlain(value)) return value
  throw badInput(`${field}: Cookbook keeps no HTML, entities or backslashes here`)
}

function durationOf(field: string, value: string | undefined): string | null | undefined {
  return value?.trim() === '' ? null : value === undefined ? undefined : toDuration(field, value)
}

function pictureOf(image: string | undefined): string | undefined {
  if (image === undefined || image.trim() === '') return image?.trim()
  return /^[a-z]+:/i.test(image) ? webAddress('image', image) : `/${normalPath(image)}`
}

function nutritionOf(known: unknown, given: Record<string, string> | undefined): unknown {
  if (given === undefined) return undefined
  const isKnown = typeof known === 'object' && known !== null && !Array.isArray(known)
  const all = { '@type': 'NutritionInformation', ...(isKnown ? known : {}), ...given }
  return Object.fromEntries(Object.entries(all).filter(([, amount]) => amount !== ''))
}

function guardedAll(value: unknown): unknown {
  if (typeof value === 'string') return guarded(value)
  return Array.isArray(value) ? value.map(guardedAll) : value
}
