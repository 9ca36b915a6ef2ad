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

const feed = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>Small Gardens</title><link>https://gardens.example/</link><description>Weekly</description>
<item><title>Rain barrels before the autumn</title>
<link>https://gardens.example/rain-barrels</link><guid>gardens-3</guid>
<author>Mira Holt</author><pubDate>Mon, 05 Oct 2026 06:00:00 GMT</pubDate>
<description><![CDATA[<p>One barrel of <b>200 litres</b> fills in a single downpour.</p>
<ul><li>Put it on bricks.</li><li>Cover it against mosquitoes.</li></ul>
<p><a href="https://gardens.example/barrels.pdf">The plan</a></p>]]></description></item>
<item><title>What grows in the shade</title>
<link>https://gardens.example/shade</link><guid>gardens-2</guid>
<pubDate>Mon, 28 Sep 2026 06:00:00 GMT</pubDate>
<description><![CDATA[<p>Ferns, hostas &amp; woodruff.</p>]]></description></item>
<item><title>Garlic now, harvest in July</title>
<link>https://gardens.example/garlic</link><guid>gardens-1</guid>
<pubDate>Mon, 21 Sep 2026 06:00:00 GMT</pubDate>
<description><![CDATA[<p>Five centimetres deep, ten apart.</p>]]></description></item>
</channel></rss>`

/** A feed that alice begins with. */
export const sampleFeed = { url: 'https://gardens.example/feed.xml', folder: 'Garden', text: feed }

/** The web of the demo, by address. */
export const samplePages: Readonly<Record<string, WebPage>> = {
  'https://recipes.example/apple-crumble': {
    status: 200,
    type: 'text/html',
    body: `<!DOCTYPE html><title>Apple crumble</title><script type="application/ld+json">${JSON.stringify(pie)}</script>`,
  },
  [sampleFeed.url]: { status: 200, type: 'application/rss+xml', body: feed },
  'https://recipes.example/': {
    status: 200,
    type: 'text/html',
    body: '<!DOCTYPE html><title>Recipes</title><p>Every day a new one.</p>',
  },
}
