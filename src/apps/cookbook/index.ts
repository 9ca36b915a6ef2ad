import type { App } from '../../mcp/app.ts'
import {
  getRecipe,
  getRecipesInCategory,
  getRecipesWithKeywords,
  listCategories,
  listKeywords,
  listRecipes,
  searchRecipes,
} from './read-tools.ts'
import { config, recipe, version } from './resources.ts'
import { reindex, setConfig } from './settings-tools.ts'
import { createRecipe, deleteRecipe, importRecipe, updateRecipe } from './write-tools.ts'

/** Nextcloud Cookbook: recipes as schema.org's JSON, each in a folder of its own. */
export const cookbookApp: App = {
  id: 'cookbook',
  title: 'Cookbook',
  about: 'Recipes: find, import from the web, write',
  requires: 'cookbook',
  tools: [
    importRecipe,
    listRecipes,
    getRecipe,
    createRecipe,
    updateRecipe,
    deleteRecipe,
    searchRecipes,
    listCategories,
    getRecipesInCategory,
    listKeywords,
    getRecipesWithKeywords,
    setConfig,
    reindex,
  ],
  essential: ['nc_cookbook_search_recipes', 'nc_cookbook_get_recipe'],
  toldBy: {
    date_modified: 'nc_cookbook_get_recipe',
    recipe_id: 'nc_cookbook_search_recipes',
  },
  resources: [version, config, recipe],
}
