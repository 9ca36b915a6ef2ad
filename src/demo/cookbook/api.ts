import { identifyForApp } from '../app-identity.ts'
import {
  type Exchange,
  jsonReply,
  type Parameters,
  parameters,
  query,
  type Reply,
  reply,
  unknownRoute,
} from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import { FileInTheWay } from '../storage/changes.ts'
import { withNutrition } from './clean.ts'
import { cookbookOf, nodeBelow } from './folder.ts'
import { importFrom, isAllowed } from './import.ts'
import { InvalidRecipe, isObject } from './instructions.ts'
import { deleteRecipe, isPicture, NameTaken, parsed, readRecipe, writeRecipe } from './recipes.ts'
import {
  counted,
  enter,
  found,
  type IndexedRecipe,
  inCategory,
  listed,
  rebuildIndex,
  refreshIndex,
} from './search-index.ts'

/** Where the API of the Cookbook app lies. */
export const cookbookPrefix = '/index.php/apps/cookbook/'

const version = { cookbook_version: [0, 11, 9], api_version: { epoch: 0, major: 1, minor: 2 } }
const source = '/var/www/html/apps/cookbook/lib/Service/RecipeService.php'

/** A request of a known user to the Cookbook API. */
interface CookbookCall {
  instance: Instance
  exchange: Exchange
  userId: string
}

/** Answers a request to the Cookbook app. */
export async function handleCookbook(instance: Instance, exchange: Exchange): Promise<Reply> {
  const path = exchange.path.slice(cookbookPrefix.length)
  if (!isEnabled(instance, 'cookbook') || !path.startsWith('api/')) return unknownRoute()
  // The app cannot do without a user, and fails where others refuse.
  const identity = identifyForApp(instance, exchange, failed())
  if ('status' in identity) return identity
  const call = { instance, exchange, userId: identity.account.id }
  try {
    return await route(call, path.split('/').slice(1).map(decoded))
  } catch (error) {
    if (error instanceof NameTaken) {
      const msg = 'Another recipe with that name already exists'
      return jsonReply(409, { msg, file: source, line: 248 })
    }
    if (error instanceof InvalidRecipe || error instanceof FileInTheWay) return failed()
    throw error
  }
}

function route(call: CookbookCall, segments: string[]): Reply | Promise<Reply> {
  const { instance, exchange, userId } = call
  const [version_, area = '', argument, further] = segments
  const { method } = exchange
  // An encoded slash is a slash by the time routes are looked up.
  if (segments.some(segment => segment.includes('/'))) return methodNotAllowed()
  if (version_ === 'version' && method === 'GET') return jsonReply(200, version)
  if (version_ !== 'v1') return unknownRoute()
  refreshIndex(instance.state, userId)
  switch (`${method} ${area}${argument === undefined ? '' : '/'}${further ?? ''}`) {
    case 'GET recipes':
      return stubs(call, onList(call), '')
    case 'POST recipes':
    case 'PUT recipes/':
      return onWrite(call)
    case 'GET recipes/':
      return onGet(call, phpInteger(argument))
    case 'DELETE recipes/':
      deleteRecipe(instance, userId, phpInteger(argument))
      return jsonReply(200, `Recipe ${argument} deleted successfully`)
    case 'GET recipes/image':
      return onImage(call, phpInteger(argument))
    case 'POST import':
      return onImport(call)
    case 'GET search/':
      return stubs(call, found(instance.state, userId, phpDecode(argument)), 't')
    case 'GET category/':
      return stubs(call, inCategory(instance.state, userId, phpDecode(argument)), 't')
    case 'PUT category/':
      return onRenameCategory(call, phpDecode(argument))
    case 'GET tags/':
      // The app takes user ids for numbers here, so that it finds nothing (but with MySQL).
      return jsonReply(200, [])
    case 'GET categories':
      return jsonReply(200, categories(call))
    case 'GET keywords':
      return jsonReply(200, counted(listed(instance.state, userId).flatMap(r => r.keywords)))
    case 'GET config':
      return onConfig(call)
    case 'POST config':
      return onSetConfig(call)
    case 'POST reindex':
      rebuildIndex(instance.state, userId)
      return jsonReply(200, 'Search index rebuilt successfully')
  }
  return unknownRoute()
}

function onList({ instance, exchange, userId }: CookbookCall): IndexedRecipe[] {
  return found(instance.state, userId, query(exchange).get('keywords') ?? '')
}

async function onWrite({ instance, exchange, userId }: CookbookCall): Promise<Reply> {
  const json = bodyOf(exchange)
  if (!json.name) return nameMissing()
  const file = await writeRecipe(instance, userId, json)
  const id = file.parent?.id ?? 0
  if (!enter(instance.state, userId, file)) {
    deleteRecipe(instance, userId, id)
    return jsonReply(422, {
      msg: `The JSON file in the folder with ID ${id} does not have a valid name.`,
      file: '/var/www/html/apps/cookbook/lib/Service/DbCacheService.php',
      line: 162,
    })
  }
  return jsonReply(200, id)
}

function onGet({ instance, userId }: CookbookCall, id: number): Reply {
  const recipe = readRecipe(instance, userId, id)
  if (recipe === undefined) return jsonReply(404, id)
  const imageUrl = `${webapp(instance, id)}?size=full`
  const { printImage } = cookbookOf(instance.state, userId)
  return jsonReply(200, { ...withNutrition(recipe), printImage, imageUrl })
}

function onImage({ instance, userId }: CookbookCall, id: number): Reply {
  const folder = nodeBelow(instance.state, userId, id)
  const image = folder?.kind === 'folder' ? folder.children.get('full.jpg') : undefined
  if (image?.kind !== 'file') {
    const msg = 'No image with the matching MIME type was found on the server.'
    return jsonReply(406, { msg })
  }
  if (!isPicture(image.content)) return failed()
  return reply(200, { 'Content-Type': 'image/jpeg', ETag: `"${image.etag}"` }, image.content)
}

async function onImport({ instance, exchange, userId }: CookbookCall): Promise<Reply> {
  const { url } = bodyOf(exchange)
  if (url === undefined || url === null) return jsonReply(400, 'Field "url" is required')
  if (!isAllowed(url)) return jsonReply(400, 'The provided URL is not allowed.')
  const imported = await importFrom(instance.settings.web, url)
  if (typeof imported === 'string') return jsonReply(400, imported)
  const file = await writeRecipe(instance, userId, imported.recipe, imported.html)
  enter(instance.state, userId, file)
  return jsonReply(200, parsed(file))
}

async function onRenameCategory(call: CookbookCall, category: string): Promise<Reply> {
  const { instance, exchange, userId } = call
  const { name } = bodyOf(exchange)
  if (typeof name !== 'string' || name === '') {
    return jsonReply(400, 'New category name not found in data')
  }
  for (const { id } of inCategory(instance.state, userId, category)) {
    const recipe = readRecipe(instance, userId, id)
    if (recipe) await writeRecipe(instance, userId, { ...recipe, recipeCategory: name })
  }
  rebuildIndex(instance.state, userId)
  return jsonReply(200, name)
}

function onConfig({ instance, userId }: CookbookCall): Reply {
  const { folder, updateInterval, printImage, visibleInfoBlocks } = cookbookOf(
    instance.state,
    userId,
  )
  const update_interval = updateInterval < 1 ? 5 : updateInterval
  return jsonReply(200, { folder, update_interval, print_image: printImage, visibleInfoBlocks })
}

function onSetConfig({ instance, exchange, userId }: CookbookCall): Reply {
  const { folder, update_interval, print_image, visibleInfoBlocks } = bodyOf(exchange)
  const cookbook = cookbookOf(instance.state, userId)
  if (typeof folder === 'string') {
    // Kept before it is looked at: after this, a folder that cannot be makes every request fail.
    cookbook.folder = folder === '' ? '/Recipes' : folder
    rebuildIndex(instance.state, userId)
  }
  if (update_interval !== undefined && update_interval !== null) {
    if (!/^-?\d+$/.test(String(update_interval))) return failed()
    cookbook.updateInterval = Number(update_interval)
  }
  if (print_image !== undefined && print_image !== null) cookbook.printImage = Boolean(print_image)
  if (isObject(visibleInfoBlocks)) cookbook.visibleInfoBlocks = visibleInfoBlocks
  return jsonReply(200, 'OK')
}

function categories({ instance, userId }: CookbookCall): object[] {
  const recipes = listed(instance.state, userId)
  const named = counted(recipes.flatMap(({ category }) => category ?? []))
  const without = recipes.filter(({ category }) => category === null).length
  return [...named, { name: '*', recipe_count: without }]
}

function stubs(
  { instance, userId }: CookbookCall,
  recipes: IndexedRecipe[],
  mark: '' | 't',
): Reply {
  const list = recipes.map(({ id, name, keywords, category, created, modified }) => {
    const image = webapp(instance, id)
    const mtime = nodeBelow(instance.state, userId, id)?.mtime
    const time = mark === '' ? '' : `${mark}=${mtime ?? ''}&`
    return {
      recipe_id: id,
      name,
      keywords: keywords.length === 0 ? null : keywords.join(','),
      category,
      dateCreated: created,
      dateModified: modified,
      imageUrl: `${image}?${time}size=thumb`,
      imagePlaceholderUrl: `${image}?size=thumb16`,
      id: String(id),
    }
  })
  return jsonReply(200, list)
}

function webapp({ settings }: Instance, id: number): string {
  return `${settings.basePath}/apps/cookbook/webapp/recipes/${id}/image`
}

function bodyOf(exchange: Exchange): Parameters {
  return parameters({ ...exchange, search: '' })
}

function nameMissing(): Reply {
  const msg = 'No recipe name was given. A unique name is required to store the recipe.'
  return jsonReply(422, { msg, file: source, line: 207 })
}

/** Arguments in a path are decoded once more by the app, a plus for a space included. */
function phpDecode(argument = ''): string {
  return decoded(argument.replaceAll('+', ' '))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function phpInteger(argument = ''): number {
  return Number(/^\s*\d+/.exec(argument)?.[0] ?? 0)
}

/** An exception nobody caught: a page for people. */
function failed(): Reply {
  return reply(
    500,
    { 'Content-Type': 'text/html; charset=UTF-8' },
    '<!DOCTYPE html>\n<html></html>',
  )
}

function methodNotAllowed(): Reply {
  return reply(405, { 'Content-Type': 'text/html; charset=UTF-8' })
}
