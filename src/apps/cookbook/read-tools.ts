/** The tools of the Cookbook app that only read. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { cookbook } from './api.ts'
import { listed, page, paging, withAllKeywords } from './listing.ts'
import { presented, Recipe } from './recipe.ts'

export const recipeId = z.int().min(1).describe('Id of the recipe')

const Counts = z.array(z.object({ name: z.string(), recipe_count: z.int() }))

export const listRecipes = defineTool({
  name: 'nc_cookbook_list_recipes',
  title: 'List recipes',
  description: 'Lists all recipes by name.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object(paging),
  output: z.object({ ...listed, total_count: z.int() }),
  async run({ session }, args) {
    const found = await cookbook(session).list()
    return { ...page(found, args), total_count: found.length }
  },
})

export const searchRecipes = defineTool({
  name: 'nc_cookbook_search_recipes',
  title: 'Search recipes',
  description:
    'Finds recipes with any of the words in name, keywords or category; ingredients are not searched.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ query: z.string().trim().min(1), ...paging }),
  output: z.object({ ...listed, query: z.string(), total_found: z.int() }),
  async run({ session }, { query, ...args }) {
    const found = await cookbook(session).search(query)
    return { ...page(found, args), query, total_found: found.length }
  },
})

export const getRecipe = defineTool({
  name: 'nc_cookbook_get_recipe',
  title: 'Read a recipe',
  description: 'Reads one recipe with every field.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ recipe_id: recipeId }),
  output: Recipe,
  run: async ({ session }, { recipe_id }) => presented(await cookbook(session).get(recipe_id)),
})

export const listCategories = defineTool({
  name: 'nc_cookbook_list_categories',
  title: 'List recipe categories',
  description: 'Lists categories with the number of recipes; "*" counts those without one.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({}),
  output: z.object({ categories: Counts, total: z.int() }),
  async run({ session }) {
    const categories = await cookbook(session).categories()
    return { categories, total: categories.length }
  },
})

export const getRecipesInCategory = defineTool({
  name: 'nc_cookbook_get_recipes_in_category',
  title: 'List recipes of a category',
  description: 'Lists the recipes of one category.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    category: z.string().describe('Exact name; "_" or "*" for recipes without one'),
    ...paging,
  }),
  output: z.object({ ...listed, total_count: z.int() }),
  async run({ session }, { category, ...args }) {
    const isNone = category === '*' || category.trim() === ''
    const found = await cookbook(session).inCategory(isNone ? '_' : category)
    return { ...page(found, args), total_count: found.length }
  },
})

export const listKeywords = defineTool({
  name: 'nc_cookbook_list_keywords',
  title: 'List recipe keywords',
  description: 'Lists keywords with the number of recipes.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({}),
  output: z.object({ keywords: Counts, total: z.int() }),
  async run({ session }) {
    const keywords = await cookbook(session).keywords()
    return { keywords, total: keywords.length }
  },
})

export const getRecipesWithKeywords = defineTool({
  name: 'nc_cookbook_get_recipes_with_keywords',
  title: 'List recipes by keywords',
  description: 'Lists the recipes that have all of the keywords.',
  scopes: ['cookbook:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({ keywords: z.array(z.string()).min(1), ...paging }),
  output: z.object({ ...listed, total_count: z.int() }),
  async run({ session }, { keywords, ...args }) {
    if (keywords.some(keyword => keyword.trim() === '')) throw badInput('keywords: one is empty')
    // Cookbook's own filter takes user ids for numbers and finds nothing on most databases, and
    // where it does it leaves out recipes without a category.
    const found = withAllKeywords(await cookbook(session).list(), keywords)
    return { ...page(found, args), total_count: found.length }
  },
})
