/** A recipe to begin with, in the words of schema.org. */
export interface SampleRecipe {
  name: string
  description: string
  recipeYield: number
  prepTime?: string
  cookTime: string
  recipeCategory?: string
  keywords: string
  tool?: string[]
  recipeIngredient: string[]
  recipeInstructions: unknown[]
  nutrition?: Record<string, string>
  author?: Record<string, string>
}

/** Recipes of the user alice. */
export const aliceRecipes: readonly SampleRecipe[] = [
  {
    name: 'Lentil soup',
    description: 'Red lentils with cumin and lemon.',
    recipeYield: 4,
    prepTime: 'PT0H10M0S',
    cookTime: 'PT0H20M0S',
    recipeCategory: 'Soup',
    keywords: 'quick,vegan',
    tool: ['hand blender'],
    recipeIngredient: ['250 g red lentils', '1 onion', '1 l stock', '1 tsp cumin', '1 lemon'],
    recipeInstructions: [
      'Fry the onion with the cumin.',
      'Add lentils and stock, simmer for 20 minutes.',
      'Blend, and finish with lemon juice.',
    ],
    nutrition: { '@type': 'NutritionInformation', calories: '310 kcal' },
    author: { '@type': 'Person', name: 'Alice' },
  },
  {
    name: 'Käsespätzle',
    description: 'Mit viel Bergkäse und Röstzwiebeln.',
    recipeYield: 3,
    cookTime: 'PT0H30M0S',
    recipeCategory: 'Dinner',
    keywords: 'cheese',
    recipeIngredient: ['400 g Mehl', '4 Eier', '150 ml Wasser', '250 g Bergkäse', '2 Zwiebeln'],
    recipeInstructions: [
      {
        '@type': 'HowToSection',
        name: 'Teig',
        itemListElement: [
          {
            '@type': 'HowToStep',
            text: 'Mehl, Eier, Wasser und Salz schlagen, bis Blasen kommen.',
          },
        ],
      },
      {
        '@type': 'HowToSection',
        name: 'Spätzle',
        itemListElement: [
          { '@type': 'HowToStep', text: 'In siedendes Salzwasser schaben.' },
          { '@type': 'HowToStep', text: 'Mit Käse schichten, Röstzwiebeln darüber.' },
        ],
      },
    ],
  },
  {
    name: 'Lemonade',
    description: '',
    recipeYield: 6,
    cookTime: 'PT0H5M0S',
    keywords: 'quick,drink',
    recipeIngredient: ['4 lemons', '80 g sugar', '1 l water'],
    recipeInstructions: ['Press the lemons.', 'Stir in sugar and water.'],
  },
]

/** Recipes of the user bob. */
export const bobRecipes: readonly SampleRecipe[] = [
  {
    name: 'Scrambled eggs',
    description: 'For one, in five minutes.',
    recipeYield: 1,
    cookTime: 'PT0H5M0S',
    recipeCategory: 'Breakfast',
    keywords: 'quick',
    recipeIngredient: ['3 eggs', 'butter'],
    recipeInstructions: ['Whisk the eggs.', 'Stir them in butter over a low flame.'],
  },
]
