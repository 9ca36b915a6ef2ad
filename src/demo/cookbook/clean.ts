import { InvalidRecipe, isObject, steps } from './instructions.ts'
import { cleaned, duration, servings, timestamp, withoutTags } from './text.ts'

/** A recipe as it is in its file: schema.org's Recipe with anything beside it. */
export type RecipeJson = Record<string, unknown>

const nameLimit = 256

/**
 * A recipe in the form the app gives everything it reads and writes. What it does not know stays.
 *
 * @throws InvalidRecipe
 */
export function checked(json: RecipeJson): RecipeJson {
  const name = cleaned(json.name, { slashes: true, backslashes: true })
  return {
    ...json,
    '@context': 'http://schema.org',
    '@type': 'Recipe',
    name: Buffer.byteLength(name) > nameLimit ? `${name.slice(0, nameLimit - 1)}…` : name,
    ...('id' in json && { id: String(json.id) }),
    image: image(json.image),
    recipeCategory: cleaned([json.recipeCategory].flat()[0]),
    recipeYield: servings(json.recipeYield),
    keywords: keywords(json.keywords),
    dateCreated: timestamp(json.dateCreated),
    dateModified: timestamp(json.dateModified),
    datePublished: timestamp(json.datePublished),
    tool: texts(typeof json.tool === 'string' ? [json.tool] : (json.tool ?? [])),
    recipeIngredient: texts(json.recipeIngredient ?? []),
    recipeInstructions: texts(steps(json.recipeInstructions)),
    description: cleaned(json.description, { newlines: true, slashes: true }),
    url: url(json.url),
    prepTime: duration(json.prepTime),
    cookTime: duration(json.cookTime),
    totalTime: duration(json.totalTime),
    nutrition: nutrition(json.nutrition),
  }
}

/** The recipe as the API gives it, which never lacks the type of its nutrition. */
export function withNutrition(recipe: RecipeJson): RecipeJson {
  return { ...recipe, nutrition: { '@type': 'NutritionInformation', ...Object(recipe.nutrition) } }
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new InvalidRecipe('not a list')
  return value.map(item => cleaned(item, { newlines: true, slashes: true })).filter(Boolean)
}

function image(value: unknown): string {
  if (typeof value === 'string') return value
  if (isObject(value) && typeof value.url === 'string') return value.url
  const [found] = Array.isArray(value) ? value.map(image).filter(Boolean) : []
  return found ?? ''
}

function keywords(value: unknown): string {
  const list = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : []
  const clean = list.map(word =>
    cleaned(withoutTags(String(word)).trim().replace(/\s+/g, ' '), { slashes: true }),
  )
  return [...new Set(clean)].filter(Boolean).join(',')
}

function url(value: unknown): string {
  // PHP drops what is not ASCII before it looks.
  const text = typeof value === 'string' ? value.replace(/[^!-~]/g, '') : ''
  return URL.canParse(text) ? text : ''
}

function nutrition(value: unknown): unknown {
  if (!isObject(value)) return []
  const kept = Object.entries(value).filter(([, amount]) => Boolean(amount) && amount !== '0')
  return kept.length === 0 ? [] : Object.fromEntries(kept)
}
