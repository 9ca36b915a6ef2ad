import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Kitchen, startKitchen } from '../support/cookbook.ts'

let k: Kitchen

beforeAll(async () => {
  k = await startKitchen()
})
afterAll(() => k.close())

const refused = async (tool: string, args: Record<string, unknown>) => {
  let told: unknown
  const requests = await k.requestsOf(async () => {
    told = (await k.call(tool, args)).error
  })
  return { told, requests }
}

describe('create and read', () => {
  test('every field comes back as it was given', async () => {
    const id = await k.make('Grüße & Küsse', {
      description: 'First line\nSecond line',
      ingredients: ['2 eggs', '½ l milk', 'flour'],
      instructions: ['## Batter', 'Mix', '## Pan', 'Fry'],
      url: 'https://example.org/käse?a=b',
      prep_time: '1 h 20 min',
      cook_time: 'PT90M',
      total_time: 'P1DT2H',
      recipe_yield: 4,
      category: 'Mehl & Speisen',
      keywords: 'süß,easy',
      tools: ['pan', 'whisk'],
      nutrition: { calories: '310 kcal', fatContent: '12 g' },
    })
    expect(await k.read(id)).toMatchObject({
      '@type': 'Recipe',
      id: String(id),
      name: `${k.prefix} Grüße & Küsse`,
      description: 'First line\nSecond line',
      recipeIngredient: ['2 eggs', '½ l milk', 'flour'],
      recipeInstructions: ['## Batter', 'Mix', '## Pan', 'Fry'],
      url: 'https://example.org/k%C3%A4se?a=b',
      prepTime: 'PT1H20M0S',
      cookTime: 'PT1H30M0S',
      totalTime: 'PT26H0M0S',
      recipeYield: 4,
      recipeCategory: 'Mehl & Speisen',
      keywords: 'süß,easy',
      tool: ['pan', 'whisk'],
      nutrition: { '@type': 'NutritionInformation', calories: '310 kcal', fatContent: '12 g' },
      image: '',
      imagePlaceholderUrl: null,
      imageUrl: expect.stringContaining(`/recipes/${id}/image`),
      dateCreated: expect.any(String),
      dateModified: expect.any(String),
    })
  })

  test('text that Cookbook takes for HTML is kept word for word', async () => {
    const text = 'Bake at <180 °C, a < b > c, x\\y, R&D, "&amp;" and &lt;b&gt; <b>bold</b>'
    const id = await k.make('Markup', {
      description: text,
      ingredients: [text],
      instructions: [text],
      tools: [text],
    })
    const kept = {
      description: text,
      recipeIngredient: [text],
      recipeInstructions: [text],
      tool: [text],
    }
    expect(await k.read(id)).toMatchObject(kept)
    await k.ok('nc_cookbook_update_recipe', { recipe_id: id, recipe_yield: 2 })
    await k.ok('nc_cookbook_update_recipe', { recipe_id: id, recipe_yield: 3 })
    expect(await k.read(id)).toMatchObject({ ...kept, recipeYield: 3 })
  })

  test('a slash in a category becomes what is said of it', async () => {
    const id = await k.make('Slashed', { category: 'A/B' })
    expect((await k.read(id)).recipeCategory).toBe('A_B')
  })

  test('a name alone makes a recipe', async () => {
    const id = await k.make('Bare')
    expect(await k.read(id)).toMatchObject({
      description: '',
      recipeIngredient: [],
      recipeInstructions: [],
      tool: [],
      prepTime: null,
      recipeYield: null,
      recipeCategory: '',
      keywords: '',
    })
  })

  test('a name that another recipe has is a CONFLICT that names it and no file of the server', async () => {
    await k.make('Twice: a/b?')
    for (const name of ['Twice: a/b?', 'Twice_ a_b_']) {
      const { error } = await k.call('nc_cookbook_create_recipe', { name: `${k.prefix} ${name}` })
      expect(error).toMatchObject({
        code: 'CONFLICT',
        status: 409,
        subject: `the new recipe "${k.prefix} ${name}"`,
      })
      expect(JSON.stringify(error)).not.toMatch(/\.php/)
    }
  })

  test('what is not there is NOT_FOUND and names the recipe', async () => {
    const { error } = await k.call('nc_cookbook_get_recipe', { recipe_id: 99_999_999 })
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 404, subject: 'recipe 99999999' })
  })

  test.each([
    [{ name: '  ' }, /name/],
    [{ name: 'n'.repeat(129) }, /name/],
    [{ name: 'Soup <hot>' }, /name/],
    [{ name: 'ok', prep_time: 'soon' }, /prep_time: "soon"/],
    [{ name: 'ok', cook_time: '20' }, /cook_time: "20"/],
    [{ name: 'ok', total_time: 'P1Y' }, /total_time/],
    [{ name: 'ok', recipe_yield: 0 }, /recipe_yield/],
    [{ name: 'ok', recipe_yield: 'a few' }, /recipe_yield/],
    [{ name: 'ok', url: 'ftp://example.org/x' }, /url/],
    [{ name: 'ok', url: 'nowhere' }, /url/],
    [{ name: 'ok', image: 'data:image/png;base64,AAAA' }, /image/],
    [{ name: 'ok', image: '../x.jpg' }, /\.\./],
    [{ name: 'ok', category: 'a<b' }, /category/],
    [{ name: 'ok', keywords: 'a\\b' }, /keywords/],
    [{ name: 'ok', ingredients: 'flour' }, /ingredients/],
    [{ name: 'ok', instructions: [{ text: 'Mix' }] }, /instructions/],
    [{ name: 'ok', nutrition: { calories: 300 } }, /nutrition/],
  ])('%j is refused before anything is sent', async (args, words) => {
    const { told, requests } = await refused('nc_cookbook_create_recipe', args)
    expect(told).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(words) })
    expect(requests).toEqual([])
  })
})

describe('update', () => {
  test('changes what is given and loses no other field, known or not', async () => {
    const written = {
      name: `${k.prefix} Whole`,
      description: 'kept',
      author: { '@type': 'Person', name: 'Ada', sameAs: ['https://a.example', { deep: [1, 2.5] }] },
      aggregateRating: { '@type': 'AggregateRating', ratingValue: '4.5', ratingCount: 12 },
      video: [{ '@type': 'VideoObject', name: 'How', uploadDate: '2020-01-01' }],
      printImage: true,
      recipeCuisine: 'Italian',
      'x-custom': { '': null, ü: [true, false, null, 'ß'] },
      recipeYield: 4,
      prepTime: 'PT0H10M0S',
      recipeIngredient: ['a', 'b'],
      recipeInstructions: ['one', 'two'],
      recipeCategory: 'Soup',
      keywords: 'x,y',
      tool: ['pot'],
      nutrition: { '@type': 'NutritionInformation', calories: '1 kcal', custom: 'z' },
      dateCreated: '2020-02-03T04:05:06+00:00',
      dateModified: '2020-02-03T04:05:06+00:00',
      datePublished: '2019-01-01T00:00:00+00:00',
    }
    const id = await k.put('Whole', written)
    const before = await k.read(id)
    expect(before).toMatchObject(written)
    expect(await k.ok('nc_cookbook_update_recipe', { recipe_id: id, cook_time: '5 min' })).toEqual({
      id,
    })
    const after = await k.read(id)
    expect(after).toEqual({
      ...before,
      cookTime: 'PT0H5M0S',
      dateModified: expect.not.stringContaining('2020'),
    })
  })

  test('every field can be changed, and emptied', async () => {
    const id = await k.make('All', { nutrition: { calories: '1 kcal', fatContent: '2 g' } })
    await k.ok('nc_cookbook_update_recipe', {
      recipe_id: id,
      name: `${k.prefix} All renamed`,
      description: 'd',
      ingredients: ['i'],
      instructions: ['s'],
      url: 'https://example.org/',
      prep_time: 'PT1M',
      cook_time: 'PT2M',
      total_time: 'PT3M',
      recipe_yield: 5,
      category: 'c',
      keywords: 'k',
      tools: ['t'],
      nutrition: { calories: '3 kcal', sugarContent: '4 g' },
    })
    expect(await k.read(id)).toMatchObject({
      id: String(id),
      name: `${k.prefix} All renamed`,
      description: 'd',
      recipeIngredient: ['i'],
      recipeInstructions: ['s'],
      url: 'https://example.org/',
      prepTime: 'PT0H1M0S',
      cookTime: 'PT0H2M0S',
      totalTime: 'PT0H3M0S',
      recipeYield: 5,
      recipeCategory: 'c',
      keywords: 'k',
      tool: ['t'],
      nutrition: { calories: '3 kcal', fatContent: '2 g', sugarContent: '4 g' },
    })
    const emptied = {
      description: '',
      ingredients: [],
      instructions: [],
      url: '',
      prep_time: '',
      category: '',
      keywords: '',
      tools: [],
      nutrition: { calories: '', fatContent: '', sugarContent: '' },
    }
    await k.ok('nc_cookbook_update_recipe', { recipe_id: id, ...emptied })
    expect(await k.read(id)).toMatchObject({
      description: '',
      recipeIngredient: [],
      recipeInstructions: [],
      url: '',
      prepTime: null,
      cookTime: 'PT0H2M0S',
      recipeCategory: '',
      keywords: '',
      tool: [],
      nutrition: { calories: null, fatContent: null },
    })
  })

  test('a recipe that is not there is an error and none is made of it', async () => {
    const before = (await k.ok('nc_cookbook_list_recipes', { limit: 1 })).total_count
    const requests = await k.requestsOf(async () => {
      const { error } = await k.call('nc_cookbook_update_recipe', {
        recipe_id: 99_999_999,
        name: `${k.prefix} Ghost`,
      })
      expect(error).toMatchObject({ code: 'NOT_FOUND', subject: 'recipe 99999999' })
    })
    expect(requests.map(request => request.split(' ')[0])).toEqual(['GET'])
    expect((await k.ok('nc_cookbook_list_recipes', { limit: 1 })).total_count).toBe(before)
  })

  test('one that vanishes in between is not made anew', async () => {
    const id = await k.make('Vanishing')
    k.proxy.plan(async ({ method }) => {
      if (method !== 'PUT') return undefined
      k.proxy.plan(undefined)
      await k.ok('nc_webdav_delete_resource', { path: `${k.folder}/${k.prefix} Vanishing` })
      return undefined
    })
    const { error } = await k.call('nc_cookbook_update_recipe', { recipe_id: id, category: 'x' })
    expect(error?.code).toBe('UPSTREAM_ERROR')
    await k.ok('nc_cookbook_reindex')
    const found = await k.ok('nc_cookbook_search_recipes', { query: 'Vanishing' })
    expect(found.total_found).toBe(0)
  })

  test('a change since dateModified was read is a CONFLICT, and nothing is written', async () => {
    const id = await k.put('Contended', {
      name: `${k.prefix} Contended`,
      description: 'mine',
      dateCreated: '2020-02-03T04:05:06+00:00',
      dateModified: '2020-02-03T04:05:06+00:00',
    })
    const { recipes } = await k.ok('nc_cookbook_search_recipes', { query: 'Contended' })
    const read = (await k.read(id)).dateModified
    // Lists write the time differently.
    await k.ok('nc_cookbook_update_recipe', {
      recipe_id: id,
      description: 'theirs',
      date_modified: recipes[0].dateModified,
    })
    const { error } = await k.call('nc_cookbook_update_recipe', {
      recipe_id: id,
      description: 'lost',
      date_modified: read,
    })
    expect(error).toMatchObject({
      code: 'CONFLICT',
      subject: `recipe ${id} "${k.prefix} Contended"`,
      hint: expect.stringContaining((await k.read(id)).dateModified),
    })
    expect((await k.read(id)).description).toBe('theirs')
  })

  test('changes at the same time are all kept', async () => {
    const id = await k.make('Crowd')
    await Promise.all([
      k.ok('nc_cookbook_update_recipe', { recipe_id: id, description: 'd' }),
      k.ok('nc_cookbook_update_recipe', { recipe_id: id, ingredients: ['i'] }),
      k.ok('nc_cookbook_update_recipe', { recipe_id: id, keywords: 'k' }),
      k.ok('nc_cookbook_update_recipe', { recipe_id: id, recipe_yield: 7 }),
    ])
    expect(await k.read(id)).toMatchObject({
      description: 'd',
      recipeIngredient: ['i'],
      keywords: 'k',
      recipeYield: 7,
    })
  })

  test('a new name that another recipe has is a CONFLICT and changes nothing', async () => {
    await k.make('Taken')
    const id = await k.make('Other', { description: 'd' })
    const { error } = await k.call('nc_cookbook_update_recipe', {
      recipe_id: id,
      name: `${k.prefix} Taken`,
      description: 'changed',
    })
    expect(error).toMatchObject({ code: 'CONFLICT', status: 409, subject: `recipe ${id}` })
    expect(await k.read(id)).toMatchObject({ name: `${k.prefix} Other`, description: 'd' })
  })

  test('sections of instructions become headings and stay', async () => {
    const id = await k.put('Sections', {
      name: `${k.prefix} Sections`,
      recipeInstructions: [
        {
          '@type': 'HowToSection',
          name: 'Dough',
          itemListElement: [
            { '@type': 'HowToStep', text: 'Mix' },
            { '@type': 'HowToStep', text: 'Rest' },
          ],
        },
        { '@type': 'HowToStep', text: 'Bake' },
      ],
    })
    const steps = ['## Dough', 'Mix', 'Rest', 'Bake']
    expect((await k.read(id)).recipeInstructions).toEqual(steps)
    await k.ok('nc_cookbook_update_recipe', { recipe_id: id, description: 'd' })
    expect((await k.read(id)).recipeInstructions).toEqual(steps)
  })

  test.each([
    [{}, /Nothing to change/],
    [{ date_modified: '2026-01-01T00:00:00Z' }, /Nothing to change/],
    [{ total_time: 'later' }, /total_time/],
    [{ description: 'd', date_modified: 'yesterday' }, /date_modified/],
    [{ name: '' }, /name/],
  ])('%j changes nothing', async (args, words) => {
    const id = await k.make(`Refused ${String(words)}`.replaceAll('/', ''))
    const { told, requests } = await refused('nc_cookbook_update_recipe', {
      recipe_id: id,
      ...args,
    })
    expect(told).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(words) })
    expect(requests.filter(request => !request.startsWith('GET'))).toEqual([])
    await k.ok('nc_cookbook_delete_recipe', { recipe_id: id })
  })
})

describe('delete', () => {
  test('deletes to the trash; a second time it is NOT_FOUND', async () => {
    const id = await k.make('Gone')
    expect(await k.ok('nc_cookbook_delete_recipe', { recipe_id: id })).toMatchObject({
      deleted_id: id,
      status_code: 200,
      message: expect.stringMatching(/Deleted files/),
    })
    const { error } = await k.call('nc_cookbook_delete_recipe', { recipe_id: id })
    expect(error?.code).toBe('NOT_FOUND')
  })

  test('what is among the recipes and is none is left alone', async () => {
    const path = `${k.folder}/${k.prefix} Photos`
    await k.ok('nc_webdav_create_directory', { path })
    const { files } = await k.ok('nc_webdav_list_directory', { path: k.folder })
    const folder = files.find((file: { path: string }) => file.path === path)
    expect(folder.file_id).toEqual(expect.any(Number))
    const { error } = await k.call('nc_cookbook_delete_recipe', { recipe_id: folder.file_id })
    expect(error?.code).toBe('NOT_FOUND')
    await k.ok('nc_webdav_list_directory', { path })
  })
})

describe.skipIf(process.env.NEXTCLOUD_TEST_URL && !process.env.NEXTCLOUD_TEST_USER2)(
  'two users',
  () => {
    test('nobody reads, changes, finds or deletes the recipes of another', async () => {
      const id = await k.make('Secret', { keywords: 'hush' })
      const attempts = await Promise.all([
        k.asBob('nc_cookbook_get_recipe', { recipe_id: id }),
        k.asBob('nc_cookbook_update_recipe', { recipe_id: id, description: 'bob was here' }),
        k.asBob('nc_cookbook_delete_recipe', { recipe_id: id }),
      ])
      expect(attempts.map(({ error }) => error?.code)).toEqual(Array(3).fill('NOT_FOUND'))
      const found = await k.asBob('nc_cookbook_search_recipes', { query: 'hush' })
      expect(found.data.total_found).toBe(0)
      expect((await k.read(id)).description).toBe('')
    })
  },
)
