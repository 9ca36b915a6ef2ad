import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Kitchen, startKitchen } from '../support/cookbook.ts'

let k: Kitchen
/** In every name and keyword here, so that recipes of others do not count. */
let word: string
const ids: Record<string, number> = {}

beforeAll(async () => {
  k = await startKitchen()
  word = `w${Date.now()}`
  ids.soup = await k.make(`${word} Soup`, {
    category: `${word} Hot + 100% äß`,
    keywords: `${word}-quick,${word}-Öl`,
  })
  ids.salad = await k.make(`${word} Salad`, { keywords: `${word}-quick` })
  ids.slash = await k.make(`${word} Half/Half`, {
    category: `${word} A/B, C`,
    keywords: `${word}-slow`,
  })
})
afterAll(() => k.close())

const namesOf = (answer: { recipes: { recipe_id: number }[] }) =>
  answer.recipes
    .map(({ recipe_id }) => Object.keys(ids).find(name => ids[name] === recipe_id) ?? 'other')
    .toSorted()

describe('lists', () => {
  test('a recipe in a list is a summary', async () => {
    const { recipes } = await k.ok('nc_cookbook_search_recipes', { query: word })
    expect(recipes.find((recipe: { recipe_id: number }) => recipe.recipe_id === ids.soup)).toEqual({
      id: String(ids.soup),
      recipe_id: ids.soup,
      name: `${k.prefix} ${word} Soup`,
      keywords: `${word}-quick,${word}-Öl`,
      category: `${word} Hot + 100% äß`,
      dateCreated: expect.any(String),
      dateModified: expect.any(String),
      imageUrl: expect.stringContaining(`/recipes/${ids.soup}/image`),
      imagePlaceholderUrl: expect.stringContaining(`/recipes/${ids.soup}/image`),
    })
  })

  test('all recipes, page by page', async () => {
    const all = await k.ok('nc_cookbook_list_recipes', { limit: 1_000 })
    expect(all.total_count).toBe(all.recipes.length)
    expect(all).not.toHaveProperty('next_offset')
    expect(namesOf(all)).toEqual(expect.arrayContaining(['salad', 'slash', 'soup']))
    const first = await k.ok('nc_cookbook_list_recipes', { limit: 2 })
    expect(first).toMatchObject({ total_count: all.total_count, next_offset: 2 })
    const second = await k.ok('nc_cookbook_list_recipes', { limit: 2, offset: first.next_offset })
    expect([...first.recipes, ...second.recipes]).toEqual(all.recipes.slice(0, 4))
    const beyond = await k.ok('nc_cookbook_list_recipes', { offset: 100_000 })
    expect(beyond).toMatchObject({ recipes: [], total_count: all.total_count })
  })

  test('a broken file among the recipes breaks nothing', async () => {
    const before = (await k.ok('nc_cookbook_list_recipes')).total_count
    const broken = ['{"name": ', '', '[]', '"text"', '{"description": "nameless"}']
    for (const [at, content] of broken.entries()) await k.put(`${word} Broken ${at}`, content)
    expect((await k.ok('nc_cookbook_list_recipes')).total_count).toBe(before)
    await k.ok('nc_cookbook_list_categories')
    await k.ok('nc_cookbook_list_keywords')
  })
})

describe('search', () => {
  test.each([
    ['Soup', ['soup']],
    ['soup SALAD', ['salad', 'soup']],
    ['Half/Half', ['slash']],
    ['a_b', ['slash']],
    ['+', ['soup']],
    ['-Öl', ['soup']],
    ['-slow', ['slash']],
    ['nothing-like-it', []],
  ])('%s finds %j', async (query, expected) => {
    const answer = await k.ok('nc_cookbook_search_recipes', { query })
    expect(answer.query).toBe(query)
    expect(namesOf(answer).filter(name => name !== 'other')).toEqual(expected)
    expect(answer.total_found).toBe(answer.recipes.length)
  })

  test('is paged', async () => {
    const first = await k.ok('nc_cookbook_search_recipes', { query: word, limit: 2 })
    expect(first).toMatchObject({ total_found: 3, next_offset: 2 })
    const rest = await k.ok('nc_cookbook_search_recipes', { query: word, limit: 2, offset: 2 })
    expect(namesOf({ recipes: [...first.recipes, ...rest.recipes] })).toEqual([
      'salad',
      'slash',
      'soup',
    ])
  })
})

describe('categories', () => {
  test('are counted, with those that have none', async () => {
    const { categories, total } = await k.ok('nc_cookbook_list_categories')
    expect(total).toBe(categories.length)
    expect(categories).toContainEqual({ name: `${word} Hot + 100% äß`, recipe_count: 1 })
    const none = categories.find(({ name }: { name: string }) => name === '*')
    expect(none.recipe_count).toBeGreaterThanOrEqual(1)
  })

  test('every name that is listed can be asked for', async () => {
    const { categories } = await k.ok('nc_cookbook_list_categories')
    for (const { name, recipe_count } of categories) {
      const { total_count } = await k.ok('nc_cookbook_get_recipes_in_category', { category: name })
      expect([name, total_count]).toEqual([name, recipe_count])
    }
  })

  test.each(['_', '*', '', ' '])('"%s" are the recipes without one', async category => {
    const answer = await k.ok('nc_cookbook_get_recipes_in_category', { category, limit: 1_000 })
    expect(namesOf(answer)).toContain('salad')
    expect(namesOf(answer)).not.toContain('soup')
    expect(answer.recipes.every((r: { category: unknown }) => r.category === null)).toBe(true)
  })

  test('one with a slash in it, as other clients write them', async () => {
    const category = `${word} X/Y+Z %41`
    const id = await k.put(`${word} Foreign`, {
      name: `${k.prefix} ${word} Foreign`,
      recipeCategory: category,
    })
    const answer = await k.ok('nc_cookbook_get_recipes_in_category', { category })
    expect(answer.recipes.map((r: { recipe_id: number }) => r.recipe_id)).toEqual([id])
    await k.ok('nc_cookbook_delete_recipe', { recipe_id: id })
  })

  test('an unknown one is empty', async () => {
    const answer = await k.ok('nc_cookbook_get_recipes_in_category', { category: `${word} none` })
    expect(answer).toMatchObject({ recipes: [], total_count: 0 })
  })
})

describe('keywords', () => {
  test('are counted', async () => {
    const { keywords, total } = await k.ok('nc_cookbook_list_keywords')
    expect(total).toBe(keywords.length)
    expect(keywords).toContainEqual({ name: `${word}-quick`, recipe_count: 2 })
  })

  test('all of them must be there, in any case, with or without a category', async () => {
    const having = async (...keywords: string[]) =>
      namesOf(
        await k.ok('nc_cookbook_get_recipes_with_keywords', {
          keywords: keywords.map(keyword => `${word}-${keyword}`),
        }),
      )
    expect(await having('quick')).toEqual(['salad', 'soup'])
    expect(await having('QUICK')).toEqual(['salad', 'soup'])
    expect(await having('quick', 'öl')).toEqual(['soup'])
    expect(await having('quick', 'slow')).toEqual([])
    expect(await having('qui')).toEqual([])
  })

  test.each([[[]], [['a', ' ']], ['quick']])('%j is refused', async keywords => {
    const { error } = await k.call('nc_cookbook_get_recipes_with_keywords', { keywords })
    expect(error).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('keywords'),
    })
  })
})

test.each([
  ['nc_cookbook_list_recipes', { limit: 0 }],
  ['nc_cookbook_list_recipes', { limit: 1_001 }],
  ['nc_cookbook_list_recipes', { offset: -1 }],
  ['nc_cookbook_search_recipes', { query: '  ' }],
  ['nc_cookbook_get_recipe', { recipe_id: 0 }],
  ['nc_cookbook_get_recipe', { recipe_id: 'abc' }],
  ['nc_cookbook_delete_recipe', { recipe_id: -1 }],
])('%s %j is refused', async (tool, args) => {
  const requests = await k.requestsOf(async () => {
    expect((await k.call(tool, args)).error?.code).toBe('BAD_INPUT')
  })
  expect(requests).toEqual([])
})

test('resources', async () => {
  expect(await k.resource('cookbook://version')).toMatchObject({
    cookbook_version: expect.any(Array),
    api_version: { major: 1 },
  })
  expect(await k.resource('cookbook://config')).toMatchObject({
    folder: expect.stringMatching(/^\//),
    update_interval: expect.any(Number),
    print_image: expect.any(Boolean),
    visibleInfoBlocks: expect.any(Object),
  })
  const { untrusted_content, ...soup } = await k.ok('nc_cookbook_get_recipe', {
    recipe_id: ids.soup,
  })
  expect(untrusted_content).toBe(true)
  expect(await k.resource(`nc://Cookbook/${ids.soup}`)).toEqual(soup)
  const missing = k.client.readResource({ uri: 'nc://Cookbook/99999999' })
  await expect(missing).rejects.toMatchObject({ code: -32_602 })
  await expect(k.client.readResource({ uri: 'nc://Cookbook/x' })).rejects.toThrow(/not the id/)
})

test('requests per tool', async () => {
  const count = async (name: string, args: Record<string, unknown> = {}) =>
    (await k.requestsOf(() => k.ok(name, args))).length
  const id = await k.make(`${word} Counted`)
  expect(await count('nc_cookbook_list_recipes')).toBe(1)
  expect(await count('nc_cookbook_search_recipes', { query: 'x' })).toBe(1)
  expect(await count('nc_cookbook_get_recipe', { recipe_id: id })).toBe(1)
  expect(await count('nc_cookbook_list_categories')).toBe(1)
  expect(await count('nc_cookbook_list_keywords')).toBe(1)
  expect(await count('nc_cookbook_get_recipes_in_category', { category: 'x' })).toBe(1)
  expect(await count('nc_cookbook_get_recipes_with_keywords', { keywords: ['x'] })).toBe(1)
  expect(await count('nc_cookbook_create_recipe', { name: `${k.prefix} ${word} New` })).toBe(1)
  expect(await count('nc_cookbook_update_recipe', { recipe_id: id, category: 'x' })).toBe(2)
  expect(await count('nc_cookbook_delete_recipe', { recipe_id: id })).toBe(2)
  expect(await count('nc_cookbook_reindex')).toBe(1)
  expect(await count('nc_cookbook_set_config', { print_image: true })).toBe(1)
  await k.ok('nc_webdav_list_directory', { path: k.folder })
  // The folder is looked at first.
  expect(await count('nc_cookbook_set_config', { folder: k.folder })).toBe(2)
})
