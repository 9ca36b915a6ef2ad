import type { WebPage } from '../web.ts'

const pie = {
  '@context': 'https://schema.org',
  '@type': 'Recipe',
  name: 'Apple crumble',
  description: 'Sour apples under a crust of oats.',
  recipeYield: 4,
  prepTime: 'PT15M',
  cookTime: 'PT35M',
  recipeCategory: 'Dessert',
  keywords: 'apple,oven',
  recipeIngredient: ['6 sour apples', '100 g oats', '80 g butter', '60 g sugar'],
  recipeInstructions: [
    { '@type': 'HowToStep', text: 'Slice the apples into a buttered dish.' },
    { '@type': 'HowToStep', text: 'Rub oats, butter and sugar together and strew them over.' },
    { '@type': 'HowToStep', text: 'Bake at 190 °C until golden.' },
  ],
}

/** The web of the demo, by address. */
export const samplePages: Readonly<Record<string, WebPage>> = {
  'https://recipes.example/apple-crumble': {
    status: 200,
    type: 'text/html',
    body: `<!DOCTYPE html><title>Apple crumble</title><script type="application/ld+json">${JSON.stringify(pie)}</script>`,
  },
  'https://recipes.example/': {
    status: 200,
    type: 'text/html',
    body: '<!DOCTYPE html><title>Recipes</title><p>Every day a new one.</p>',
  },
}
