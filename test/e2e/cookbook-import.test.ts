import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { gradientPng } from '../../src/demo/png.ts'
import { isReal } from '../support/backend.ts'
import { type Kitchen, startKitchen } from '../support/cookbook.ts'

let k: Kitchen
let base: string | undefined

beforeAll(async () => {
  k = await startKitchen()
  base = k.pages.base
})
afterEach(() => k.proxy.plan(undefined))
afterAll(() => k.close())

/** A page with a recipe on it, as recipe sites have them. */
const page = (recipe: object) => ({
  body: `<!DOCTYPE html><html><head><script type="application/ld+json">${JSON.stringify({
    '@context': 'https://schema.org',
    '@graph': [{ '@type': 'WebSite' }, { '@type': ['Recipe', 'NewsArticle'], ...recipe }],
  })}</script></head><body>…</body></html>`,
})

describe('import', () => {
  test('brings the recipe of a page', async context => {
    if (base === undefined) return context.skip('this Nextcloud has no way to pages of the test')
    k.pages.set('/soup', {
      ...page({
        name: `${k.prefix} Imported soup`,
        recipeYield: '4 servings',
        prepTime: 'PT10M',
        recipeIngredient: ['1 l water'],
        recipeInstructions: [{ '@type': 'HowToStep', text: 'Boil' }],
        author: { '@type': 'Person', name: 'Cook' },
      }),
    })
    const { recipe, recipe_id } = await k.ok('nc_cookbook_import_recipe', { url: `${base}/soup` })
    expect(recipe).toMatchObject({
      id: recipe_id,
      name: `${k.prefix} Imported soup`,
      recipeYield: 4,
      prepTime: 'PT0H10M0S',
      recipeInstructions: ['Boil'],
      author: { '@type': 'Person', name: 'Cook' },
      url: `${base}/soup`,
      nutrition: null,
    })
    expect((await k.read(Number(recipe_id))).name).toBe(`${k.prefix} Imported soup`)

    const again = await k.call('nc_cookbook_import_recipe', { url: `${base}/soup` })
    expect(again.error).toMatchObject({
      code: 'CONFLICT',
      status: 409,
      message: 'There is a recipe of that name already',
      hint: expect.stringContaining('nc_cookbook_search_recipes'),
    })
  })

  test('says why there is none', async context => {
    if (base === undefined) return context.skip('this Nextcloud has no way to pages of the test')
    k.pages.set('/plain', { body: '<!DOCTYPE html><p>Nothing to eat</p>' })
    const why = async (url: string) => (await k.call('nc_cookbook_import_recipe', { url })).error
    expect(await why(`${base}/plain`)).toMatchObject({
      code: 'BAD_INPUT',
      message: 'Cookbook found no recipe on the page',
      subject: `${base}/plain`,
      server_message: expect.stringContaining('No parser'),
    })
    const missing = await why(`${base}/missing`)
    if (isReal && missing?.code === 'UPSTREAM_ERROR') {
      return context.skip('this Nextcloud fails on any download that fails')
    }
    expect(missing).toMatchObject({
      code: 'BAD_INPUT',
      message: 'Nextcloud could not download the page',
      server_message: expect.stringContaining('404'),
    })
    expect(await why('http://nobody.invalid/soup')).toMatchObject({
      code: 'BAD_INPUT',
      message: 'Nextcloud could not download the page',
    })
  })

  test.each([
    'nowhere',
    '',
    'ftp://example.org/soup',
    'file:///etc/passwd',
    'http://localhost/soup',
    'http://127.0.0.1:8099/soup',
    'http://0x7f000001/soup',
    'http://[::1]/soup',
  ])('"%s" is refused before anything is sent', async url => {
    const requests = await k.requestsOf(async () => {
      const { error } = await k.call('nc_cookbook_import_recipe', { url })
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/^url: /) })
    })
    expect(requests).toEqual([])
  })

  test.each(['reset', 'html', 'empty', 'truncated'] as const)(
    '%s: it is not tried again, and how to look is said',
    async fault => {
      k.proxy.plan(({ method }) => (method === 'POST' ? fault : undefined))
      const requests = await k.requestsOf(async () => {
        const { error } = await k.call('nc_cookbook_import_recipe', {
          url: 'https://recipes.invalid/soup',
        })
        expect(error).toMatchObject({
          code: 'UNREACHABLE',
          outcome_unknown: true,
          hint: expect.stringContaining('nc_cookbook_list_recipes'),
        })
      })
      expect(requests).toHaveLength(1)
    },
  )
})

describe('pictures', () => {
  const png = gradientPng(32, 32, [200, 30, 30], [30, 30, 200])
  const upload = async (name: string, content: Buffer) => {
    const path = `${k.folder}/${k.prefix} Pictures/${name}`
    await k.call('nc_webdav_create_directory', { path: `${k.folder}/${k.prefix} Pictures` })
    await k.ok('nc_webdav_write_file', {
      path,
      content: content.toString('base64'),
      content_type: 'image/png;base64',
    })
    return path
  }

  test('a file in Nextcloud, with or without a slash in front', async () => {
    const path = await upload('a.png', png)
    const { id, image_saved } = await k.ok('nc_cookbook_create_recipe', {
      name: `${k.prefix} With picture`,
      image: path,
    })
    expect(image_saved).toBe(true)
    expect((await k.read(id)).image).toBe(`/${path}`)
    const later = await k.make('Picture later')
    expect(
      await k.ok('nc_cookbook_update_recipe', { recipe_id: later, image: `/${path}` }),
    ).toEqual({ id: later, image_saved: true })
    // Another change leaves it alone.
    await k.ok('nc_cookbook_update_recipe', { recipe_id: later, description: 'd' })
    expect(
      await k.ok('nc_cookbook_update_recipe', { recipe_id: later, image: `/${path}` }),
    ).toEqual({ id: later, image_saved: true })
  })

  test('one that cannot be had is said, also where there is an older one', async context => {
    const { id, image_saved } = await k.ok('nc_cookbook_create_recipe', {
      name: `${k.prefix} No picture`,
      image: 'Nowhere/x.png',
    })
    expect(image_saved).toBe(false)
    const path = await upload('b.png', png)
    await k.ok('nc_cookbook_update_recipe', { recipe_id: id, image: path })
    const { data, error } = await k.call('nc_cookbook_update_recipe', {
      recipe_id: id,
      image: 'http://nobody.invalid/x.png',
    })
    if (isReal && error?.code === 'UPSTREAM_ERROR') {
      return context.skip('this Nextcloud fails on any download that fails')
    }
    expect(data).toEqual({ id, image_saved: false })
  })

  test('a file that is no picture is an error that says what may have been written', async () => {
    const path = await upload('d.png', Buffer.from('just text'))
    const { error } = await k.call('nc_cookbook_create_recipe', {
      name: `${k.prefix} Text for a picture`,
      image: path,
    })
    expect(error).toMatchObject({
      code: 'UPSTREAM_ERROR',
      outcome_unknown: true,
      hint: expect.stringContaining('nc_cookbook_reindex'),
    })
    await k.ok('nc_cookbook_reindex')
    const found = await k.ok('nc_cookbook_search_recipes', { query: 'Text for a picture' })
    expect(found.recipes.some((r: { name: string }) => r.name.startsWith(k.prefix))).toBe(true)
  })

  test('a picture is taken away with an empty one', async () => {
    const path = await upload('c.png', png)
    const { id } = await k.ok('nc_cookbook_create_recipe', {
      name: `${k.prefix} Picture gone`,
      image: path,
    })
    await k.ok('nc_cookbook_update_recipe', { recipe_id: id, image: '' })
    expect((await k.read(id)).image).toBe('')
    const { files } = await k.ok('nc_webdav_list_directory', {
      path: `${k.folder}/${k.prefix} Picture gone`,
    })
    expect(files.map(({ name }: { name: string }) => name)).not.toContain('full.jpg')
  })
})

describe('settings', () => {
  test('what is given changes, the rest stays', async () => {
    const before = await k.resource('cookbook://config')
    try {
      const interval = before.update_interval + 7
      expect(await k.ok('nc_cookbook_set_config', { update_interval: interval })).toMatchObject({
        status_code: 200,
      })
      expect(await k.resource('cookbook://config')).toEqual({
        ...before,
        update_interval: interval,
      })
      await k.ok('nc_cookbook_set_config', { print_image: !before.print_image })
      expect(await k.resource('cookbook://config')).toEqual({
        ...before,
        update_interval: interval,
        print_image: !before.print_image,
      })
      const id = await k.make('In the old folder')
      await k.ok('nc_cookbook_set_config', { folder: `${k.folder}/${k.prefix} Elsewhere/` })
      expect((await k.resource('cookbook://config')).folder).toBe(
        `/${k.folder}/${k.prefix} Elsewhere`,
      )
      expect((await k.ok('nc_cookbook_list_recipes')).total_count).toBe(0)
      expect((await k.call('nc_cookbook_get_recipe', { recipe_id: id })).error?.code).toBe(
        'NOT_FOUND',
      )
    } finally {
      const { folder, update_interval, print_image } = before
      await k.ok('nc_cookbook_set_config', { folder, update_interval, print_image })
    }
    expect(await k.resource('cookbook://config')).toEqual(before)
  })

  test('a folder that cannot be is refused and the settings stay', async () => {
    const before = await k.resource('cookbook://config')
    const file = `${k.folder}/${k.prefix} file.txt`
    await k.ok('nc_webdav_write_file', { path: file, content: 'text' })
    for (const folder of ['', '/', '../up', 'a\\b', file, `${file}/below/that`]) {
      const { error } = await k.call('nc_cookbook_set_config', { folder, print_image: false })
      expect([folder, error?.code]).toEqual([folder, 'BAD_INPUT'])
    }
    expect(await k.resource('cookbook://config')).toEqual(before)
  })

  test.each([
    {},
    { update_interval: 0 },
    { update_interval: 'often' },
    { update_interval: 2.5 },
    { print_image: 'maybe' },
  ])('%j is refused', async args => {
    const requests = await k.requestsOf(async () => {
      expect((await k.call('nc_cookbook_set_config', args)).error?.code).toBe('BAD_INPUT')
    })
    expect(requests).toEqual([])
  })

  test('files that came another way are seen after a reindex', async () => {
    const path = `${k.folder}/${k.prefix} Synced`
    await k.ok('nc_cookbook_list_recipes')
    await k.ok('nc_webdav_create_directory', { path })
    await k.ok('nc_webdav_write_file', {
      path: `${path}/recipe.json`,
      content: JSON.stringify({ name: `${k.prefix} Synced` }),
    })
    const found = async () =>
      (await k.ok('nc_cookbook_search_recipes', { query: `${k.prefix}` })).recipes.some(
        ({ name }: { name: string }) => name.endsWith('Synced'),
      )
    expect(await found()).toBe(false)
    expect(await k.ok('nc_cookbook_reindex')).toMatchObject({ status_code: 200 })
    expect(await found()).toBe(true)
  })
})
