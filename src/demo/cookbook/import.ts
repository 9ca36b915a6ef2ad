import { parseJson } from '../http.ts'
import { connectionRefused, type Web } from '../web.ts'
import type { RecipeJson } from './clean.ts'
import { isObject } from './instructions.ts'

/** A page, and the recipe on it. */
export interface ImportedRecipe {
  recipe: RecipeJson
  html: string
}

/** Whether the app would download from an address: http or https, and a host with a name. */
export function isAllowed(url: unknown): url is string {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  if (!/^https?:$/.test(protocol) || hostname === 'localhost') return false
  return !hostname.startsWith('[') && !/^\d+(\.\d+){3}$/.test(hostname)
}

/** Downloads a page and finds the recipe on it, or says in the app's words why not. */
export async function importFrom(web: Web, url: string): Promise<ImportedRecipe | string> {
  const page = await web(url)
  const failed = `Exception while downloading recipe from ${url}.: Error occurred while downloading the file: `
  if (page === undefined) return failed + connectionRefused(url)
  if (page.status >= 400) {
    const side = page.status < 500 ? 'Client' : 'Server'
    return `${failed}${side} error: \`GET ${url}\` resulted in a \`${page.status}\` response:\n${page.body}\n`
  }
  const recipe = recipeIn(page.body)
  if (recipe === undefined) return 'No parser found for the given import.'
  return { recipe: { ...recipe, url }, html: page.body }
}

/** The first recipe in JSON-LD. */
function recipeIn(html: string): RecipeJson | undefined {
  const scripts = html.matchAll(
    /<script[^>]*type=["']application\/ld\+json["'][^>]*>([\s\S]*?)<\/script>/gi,
  )
  for (const [, text = ''] of scripts) {
    const json = parseJson(text)
    const graph = isObject(json) && Array.isArray(json['@graph']) ? json['@graph'] : json
    const found = [graph].flat().find(item => isObject(item) && isRecipe(item))
    if (isObject(found)) return found
  }
  return undefined
}

function isRecipe(item: Record<string, unknown>): boolean {
  return [item['@type']].flat().includes('Recipe')
}
