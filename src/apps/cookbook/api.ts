/**
 * The Cookbook app's HTTP interface, version 1.
 * @see https://nextcloud.github.io/cookbook/dev/api/0.1.2/
 */
import { z } from 'zod'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import type { Reply } from '../../nextcloud/reply.ts'
import type { HttpRequest } from '../../nextcloud/request.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'

const API = '/index.php/apps/cookbook/api'

/** A recipe with everything that is in its file, known to schema.org or not. */
export type ApiRecipe = Record<string, unknown>
const ApiRecipe: z.ZodType<ApiRecipe> = z.looseObject({ name: z.string() })

const Stub = z.object({
  id: text(''),
  recipe_id: z.coerce.number().int(),
  name: text(''),
  keywords: text(null),
  category: text(null),
  dateCreated: text(''),
  dateModified: text(null),
  imageUrl: text(''),
  imagePlaceholderUrl: text(''),
})
/** A recipe as lists have it. */
export type Stub = z.infer<typeof Stub>

const Count = z.object({ name: z.coerce.string(), recipe_count: number(0) })
/** A category or keyword, and how many recipes have it. */
export type Count = z.infer<typeof Count>

const Config = z.object({
  folder: text(''),
  update_interval: number(null),
  print_image: flag(true),
  visibleInfoBlocks: looseRecord(),
})
/** The user's settings. */
export type Config = z.infer<typeof Config>

/** What of the settings may be changed; what is left out stays. */
export interface ConfigChanges {
  folder?: string | undefined
  /** Minutes. */
  update_interval?: number | undefined
  print_image?: boolean | undefined
}

const Version = z.object({
  cookbook_version: z.array(z.unknown()).catch([]),
  api_version: looseRecord(),
})

/** Cookbook says a reason in a JSON string. */
const Said = z.string()

/** What came of an import: the recipe, or Cookbook's reason why there is none. */
export type ImportOutcome = { recipe: ApiRecipe } | { refused: string }

/** Recipes as the user of `session`. */
export function cookbook(session: Session) {
  const send = (request: HttpRequest): Promise<Reply> =>
    session.send({
      expect: [200],
      ...request,
      path: API + request.path,
      headers: { accept: 'application/json', ...request.headers },
    })
  const sendJson = (method: string, path: string, body: object, more: Partial<HttpRequest> = {}) =>
    send({
      method,
      path,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
      ...more,
    })
  const stubs = async (path: string, subject: string): Promise<Stub[]> =>
    (await send({ method: 'GET', path, subject })).json(list(Stub))

  return {
    /** One recipe with every field of its file, in the form Cookbook gives them; one request. */
    async get(id: number): Promise<ApiRecipe> {
      const reply = await send({ method: 'GET', path: recipePath(id), subject: subjectOf(id) })
      return reply.json(ApiRecipe)
    },

    /** Every recipe of the index, by name. */
    list: () => stubs('/v1/recipes', 'the recipes'),

    /** The recipes with any of the words in name, keywords or category. */
    search: (query: string) =>
      stubs(`/v1/search/${twiceEncoded(query)}`, `a search for "${query}"`),

    /** The recipes of a category; those without one for `_`. */
    inCategory: (category: string) =>
      stubs(`/v1/category/${twiceEncoded(category)}`, `the category "${category}"`),

    /**
     * Creates a recipe.
     * @returns its id
     * @throws CodedError `CONFLICT` when another recipe has its name
     */
    async create(recipe: ApiRecipe): Promise<number> {
      const subject = `the new recipe "${String(recipe.name)}"`
      const reply = await sendJson('POST', '/v1/recipes', recipe, { subject })
      return reply.json(z.coerce.number().int().min(1))
    },

    /**
     * Replaces a recipe as a whole; what `recipe` lacks is lost. Cookbook goes by the id in the
     * body and makes a new recipe where that is missing.
     * @throws CodedError `CONFLICT` when another recipe has its name
     */
    async replace(id: number, recipe: ApiRecipe): Promise<number> {
      const subject = subjectOf(id)
      const body = { ...recipe, id: String(id) }
      const reply = await sendJson('PUT', recipePath(id), body, { subject })
      return reply.json(z.coerce.number().int().min(1))
    },

    /** Deletes what has this id, if there is such; the folder goes to the user's trash. */
    async delete(id: number): Promise<void> {
      const reply = await send({ method: 'DELETE', path: recipePath(id), subject: subjectOf(id) })
      reply.json(Said)
    },

    /** Has Cookbook download a page and keep the recipe on it. */
    async import(url: string): Promise<ImportOutcome> {
      const reply = await sendJson(
        'POST',
        '/v1/import',
        { url },
        {
          expect: [200, 400],
          subject: `the import from ${url}`,
        },
      )
      return reply.status === 400
        ? { refused: reply.json(Said) }
        : { recipe: reply.json(ApiRecipe) }
    },

    /**
     * The ETag of the smallest picture of a recipe, undefined where it has none: another one for
     * each picture that was ever saved. Cookbook says 406 where there is none.
     */
    async picture(id: number): Promise<string | undefined> {
      const reply = await send({
        method: 'GET',
        path: `${recipePath(id)}/image`,
        query: { size: 'thumb16' },
        headers: { accept: 'image/jpeg' },
        expect: [200, 406],
        subject: `the picture of ${subjectOf(id)}`,
      })
      return reply.status === 200 ? (reply.headers.etag ?? '') : undefined
    },

    /** All categories; `*` counts the recipes without one. */
    async categories(): Promise<Count[]> {
      const path = '/v1/categories'
      return (await send({ method: 'GET', path, subject: 'the categories' })).json(list(Count))
    },

    async keywords(): Promise<Count[]> {
      const path = '/v1/keywords'
      return (await send({ method: 'GET', path, subject: 'the keywords' })).json(list(Count))
    },

    async config(): Promise<Config> {
      const subject = 'the Cookbook settings'
      return (await send({ method: 'GET', path: '/v1/config', subject })).json(Config)
    },

    /** Changes the given settings. A folder is neither checked nor are its recipes moved. */
    async setConfig(changes: ConfigChanges) {
      const subject = 'the Cookbook settings'
      const reply = await sendJson('POST', '/v1/config', changes, { subject })
      return reply.json(Said)
    },

    /** Makes the index of the files anew. */
    async reindex(): Promise<string> {
      const reply = await sendJson('POST', '/v1/reindex', {}, { subject: 'the index of recipes' })
      return reply.json(Said)
    },

    /** The app's version and that of its interface. */
    async version() {
      const reply = await send({ method: 'GET', path: '/version', subject: "Cookbook's version" })
      return reply.json(Version)
    },
  }
}

/** A recipe as a person names it. */
export function subjectOf(id: number): string {
  return `recipe ${id}`
}

function recipePath(id: number): string {
  return `/v1/recipes/${id}`
}

/**
 * Cookbook decodes these segments once more than HTTP does. That is what gets a slash through,
 * and without it a plus would become a space.
 */
function twiceEncoded(text: string): string {
  return encodeURIComponent(encodeSegment(text))
}
