import assert from 'node:assert/strict'
import type { Answer, TaskGroup } from './kit/task.ts'

export const cookbook: TaskGroup = {
  title: 'Recipes',
  tasks: [
    {
      says: 'Which of my recipes is vegan and takes no longer than half an hour?',
      steps: [
        {
          tool: 'nc_cookbook_get_recipes_with_keywords',
          seeking: 'recipes with a keyword',
          with: () => ({ keywords: ['vegan'] }),
        },
        {
          tool: 'nc_cookbook_get_recipe',
          seeking: 'read a recipe',
          with: ({ recipes }) => recipes.map((one: Answer) => ({ recipe_id: one.recipe_id })),
        },
      ],
      async outcome({ file }, _, read) {
        const [soup] = read
        assert.deepEqual(
          [soup.name, soup.prepTime, soup.cookTime],
          ['Lentil soup', 'PT0H10M0S', 'PT0H20M0S'],
        )
        assert.match(String(await file('Recipes/Lentil soup/recipe.json')), /quick,vegan/)
      },
    },
    {
      says: 'Keep the recipe at https://recipes.example/apple-crumble, in the category "Autumn".',
      steps: [
        {
          tool: 'nc_cookbook_import_recipe',
          seeking: 'save a recipe from a web page',
          with: () => ({ url: 'https://recipes.example/apple-crumble' }),
        },
        {
          tool: 'nc_cookbook_update_recipe',
          seeking: 'change the category of a recipe',
          with: made => ({ recipe_id: made.recipe_id, category: 'Autumn' }),
        },
      ],
      async outcome({ file }) {
        const recipe = JSON.parse(String(await file('Recipes/Apple crumble/recipe.json')))
        assert.equal(recipe.recipeCategory, 'Autumn')
        assert.equal(recipe.recipeIngredient.length, 4)
      },
    },
    {
      says: 'The lemonade is now for 8 servings.',
      steps: [
        {
          tool: 'nc_cookbook_update_recipe',
          seeking: 'change how many servings a recipe is for',
          with: () => ({ recipe_id: 'lemonade', recipe_yield: 8 }),
          fails: 'BAD_INPUT',
        },
        { tool: 'nc_cookbook_search_recipes', with: () => ({ query: 'lemonade' }) },
        {
          tool: 'nc_cookbook_update_recipe',
          with: (_, found) => ({ recipe_id: found.recipes[0].recipe_id, recipe_yield: 8 }),
        },
      ],
      async outcome({ file }) {
        const recipe = JSON.parse(String(await file('Recipes/Lemonade/recipe.json')))
        assert.equal(recipe.recipeYield, 8)
        assert.equal(recipe.recipeIngredient.length, 3)
      },
    },
  ],
}
