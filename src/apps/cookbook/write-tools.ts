/** The tools of the Cookbook app that write recipes. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { recipeId } from './read-tools.ts'
import { presented, Recipe } from './recipe.ts'
import * as write from './write.ts'

const time = z.string().optional()

const name = z.string().trim().min(1)

const fields = {
  description: z.string().optional(),
  ingredients: z.array(z.string()).optional(),
  instructions: z.array(z.string()).optional().describe('Steps; "## Title" begins a section'),
  url: z.string().optional().describe('Where it is from'),
  prep_time: time.describe('PT1H20M or "1 h 20 min"'),
  cook_time: time,
  total_time: time,
  recipe_yield: z.int().min(1).optional().describe('Servings'),
  category: z.string().optional().describe('Cookbook writes "_" for a slash'),
  keywords: z.string().optional().describe('Separated by commas'),
  tools: z.array(z.string()).optional(),
  image: z.string().optional().describe('URL, or path of a file in Nextcloud'),
  nutrition: z.record(z.string(), z.string()).optional().describe('As in {"calories": "310 kcal"}'),
}

const Written = z.object({
  id: z.int(),
  image_saved: z
    .boolean()
    .optional()
    .describe('Where an image was given: whether Cookbook could get the picture'),
})

export const importRecipe = defineTool({
  name: 'nc_cookbook_import_recipe',
  title: 'Import a recipe',
  description: 'Has Nextcloud download a web page and keep the recipe on it.',
  scopes: ['cookbook:write'],
  effect: 'create',
  untrusted: true,
  openWorld: true,
  input: z.object({ url: z.string() }),
  output: z.object({ recipe: Recipe, recipe_id: z.string() }),
  async run({ session }, { url }) {
    const recipe = presented(await write.importRecipe(session, url))
    return { recipe, recipe_id: recipe.id ?? '' }
  },
})

export const createRecipe = defineTool({
  name: 'nc_cookbook_create_recipe',
  title: 'Create a recipe',
  description: 'Creates a recipe. No two can have the same name.',
  scopes: ['cookbook:write'],
  effect: 'create',
  // An image may be anywhere.
  openWorld: true,
  input: z.object({ name, ...fields }),
  output: Written,
  run: ({ session }, recipe) => write.createRecipe(session, recipe),
})

export const updateRecipe = defineTool({
  name: 'nc_cookbook_update_recipe',
  title: 'Change a recipe',
  description:
    'Changes the given fields of a recipe and keeps all others; "" and [] empty a field.',
  scopes: ['cookbook:write'],
  effect: 'update',
  openWorld: true,
  input: z.object({
    recipe_id: recipeId,
    name: name.optional(),
    ...fields,
    date_modified: z
      .string()
      .optional()
      .describe('dateModified as read: refuses to write over a later change'),
  }),
  output: Written,
  run({ session }, { recipe_id, date_modified, ...changes }) {
    if (Object.values(changes).every(value => value === undefined)) {
      throw badInput('Nothing to change', 'Give at least one field of the recipe.')
    }
    return write.updateRecipe(session, recipe_id, changes, date_modified)
  },
})

export const deleteRecipe = defineTool({
  name: 'nc_cookbook_delete_recipe',
  title: 'Delete a recipe',
  description: "Deletes a recipe with its picture; its folder goes to the user's trash.",
  scopes: ['cookbook:write'],
  effect: 'delete',
  idempotent: true,
  input: z.object({ recipe_id: recipeId }),
  output: z.object({ deleted_id: z.int(), status_code: z.int(), message: z.string() }),
  async run({ session }, { recipe_id }) {
    await write.deleteRecipe(session, recipe_id)
    return {
      deleted_id: recipe_id,
      status_code: 200,
      message: 'Deleted. The folder can be restored from "Deleted files".',
    }
  },
})
