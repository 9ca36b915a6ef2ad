import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guarded } from '../../../src/apps/cookbook/markup.ts'
import { presented, withChanges } from '../../../src/apps/cookbook/recipe.ts'
import { checked } from '../../../src/demo/cookbook/clean.ts'
import { cleaned } from '../../../src/demo/cookbook/text.ts'

/** What Cookbook makes of a text when it stores it, and again when it reads it. */
const stored = (text: string) => cleaned(text, { newlines: true, slashes: true })

/** Text without what Cookbook takes out for good: white space in a row and at the ends. */
const words = fc
  .array(
    fc.oneof(
      fc.constantFrom('<', '>', '&', ';', '\\', '&amp;', '&lt;', '&#92;', '<b>', '</b>', '#', '"'),
      fc.string({ minLength: 1, maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map(parts => parts.join('').replace(/\s+/g, ' ').trim())

describe('text', () => {
  test('what is sent comes back word for word, also after being read and sent again', () => {
    fc.assert(
      fc.property(words, text => {
        const once = stored(stored(guarded(text)))
        expect(once).toBe(text)
        expect(stored(stored(guarded(once)))).toBe(text)
      }),
    )
  })

  test('ordinary text is sent as it is', () => {
    for (const text of ['2 eggs & milk', 'a < b > c', 'R&D', '½ l', '50%', 'a/b']) {
      expect(guarded(text)).toBe(text)
    }
  })
})

describe('a change', () => {
  const json = fc.jsonValue({ depthSize: 'small' })
  const recipes = fc
    .dictionary(fc.string(), json)
    .map(extra => ({ name: 'n', author: { name: 'a' }, ...extra }))

  test('leaves every other field alone', () => {
    fc.assert(
      fc.property(recipes, recipe => {
        const { recipeYield: _, ...others } = withChanges(recipe, { recipe_yield: 2 })
        const { recipeYield: __, ...before } = recipe as Record<string, unknown>
        for (const key of ['description', 'recipeIngredient', 'recipeInstructions', 'tool']) {
          delete others[key]
          delete before[key]
        }
        expect(others).toEqual(before)
      }),
    )
  })

  test('does not touch the recipe it was made of', () => {
    const recipe = { name: 'n', nutrition: { calories: '1' }, tool: ['a <b>'] }
    const copy = structuredClone(recipe)
    withChanges(recipe, { nutrition: { calories: '2' }, tools: ['c'] })
    expect(recipe).toEqual(copy)
  })

  test('merges nutrition, whatever was there', () => {
    for (const nutrition of [undefined, null, [], 'text', {}]) {
      expect(withChanges({ nutrition }, { nutrition: { calories: '2' } }).nutrition).toEqual({
        '@type': 'NutritionInformation',
        calories: '2',
      })
    }
  })
})

describe('reading', () => {
  test('odd fields degrade themselves', () => {
    const recipe = presented({
      name: 'n',
      id: 12,
      recipeYield: '4 servings',
      tool: {},
      recipeIngredient: null,
      nutrition: [],
      keywords: null,
      recipeInstructions: ['a', 3],
      more: { kept: true },
    })
    expect(recipe).toMatchObject({
      id: '12',
      recipeYield: '4 servings',
      tool: [],
      recipeIngredient: [],
      nutrition: null,
      keywords: '',
      recipeInstructions: ['a', '3'],
      more: { kept: true },
    })
    expect(presented({ name: 'n', nutrition: { calories: 300 } }).nutrition).toMatchObject({
      calories: '300',
      fatContent: null,
    })
  })

  test("the demo's form of a recipe is stable", () => {
    const once = checked({
      name: 'a\nb',
      recipeInstructions: 'one\ntwo',
      keywords: ['x', 'x ', 'y'],
      recipeYield: 'for 2 to 10',
      prepTime: '1:20',
    })
    expect(once).toMatchObject({
      name: 'a b',
      recipeInstructions: ['one', 'two'],
      keywords: 'x,y',
      recipeYield: 10,
    })
    expect(checked(once)).toEqual({ ...once, prepTime: 'PT1H20M0S' })
  })
})
