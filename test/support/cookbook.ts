/** What the tests of the Cookbook tools share: recipes of their own, gone when they are done. */

import { startBackend } from './backend.ts'
import { basic, callTool, type Harness, startHarness } from './harness.ts'
import { type Pages, startPages } from './pages.ts'

/** A harness with recipes that nobody else has. */
export interface Kitchen extends Harness {
  /** Begins the name of everything that a test makes. */
  prefix: string
  pages: Pages
  /** Folder of alice's recipes, without a slash in front. */
  folder: string
  /** Creates a recipe and gives its id. */
  make(name: string, more?: Record<string, unknown>): Promise<number>
  /** Reads a recipe. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into recipes of every shape
  read(id: number): Promise<any>
  /** Writes a recipe's file as other clients do, has Cookbook see it, and gives the id. */
  put(name: string, content: unknown): Promise<number>
  /** What the resource of this URI says. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  resource(uri: string): Promise<any>
  /** Calls a tool as bob. */
  asBob(name: string, args: Record<string, unknown>): ReturnType<typeof callTool>
}

/** Callers are told apart, so that bob can call too; the demo gets pages for its web. */
export async function startKitchen(): Promise<Kitchen> {
  const pages = await startPages()
  const backend = await startBackend({ web: pages.web })
  const { bob } = backend
  const h = await startHarness({
    backend,
    environment: {
      MCP_DEPLOYMENT_MODE: 'multi_user_basic',
      NEXTCLOUD_USERNAME: undefined,
      NEXTCLOUD_PASSWORD: undefined,
    },
  })
  const bobsClient =
    bob === undefined ? undefined : await h.connect({ headers: { authorization: basic(bob) } })
  const prefix = `mcp-test-${process.pid}-${Date.now()}`
  const resource: Kitchen['resource'] = async uri => {
    const { contents } = await h.client.readResource({ uri })
    return JSON.parse((contents[0] as { text: string }).text)
  }
  const folder = String((await resource('cookbook://config')).folder).replace(/^\//, '')
  return {
    ...h,
    prefix,
    pages,
    folder,
    resource,
    async make(name, more = {}) {
      const made = await h.ok('nc_cookbook_create_recipe', { name: `${prefix} ${name}`, ...more })
      return made.id
    },
    read: id => h.ok('nc_cookbook_get_recipe', { recipe_id: id }),
    async put(name, content) {
      const path = `${folder}/${prefix} ${name}`
      await h.ok('nc_webdav_create_directory', { path })
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      await h.ok('nc_webdav_write_file', { path: `${path}/recipe.json`, content: text })
      await h.ok('nc_cookbook_reindex')
      const { recipes } = await h.ok('nc_cookbook_list_recipes', { limit: 1000 })
      const entry = recipes.find((recipe: { name: string }) => recipe.name === `${prefix} ${name}`)
      return entry?.recipe_id
    },
    asBob(name, args) {
      if (bobsClient === undefined) throw new Error('there is no bob')
      return callTool(bobsClient, name, args)
    },
    async close() {
      const { files } = await h.ok('nc_webdav_list_directory', { path: folder })
      for (const { name } of files) {
        if (String(name).startsWith('mcp-test-')) {
          await h.ok('nc_webdav_delete_resource', { path: `${folder}/${name}` })
        }
      }
      await h.ok('nc_cookbook_reindex')
      await h.close()
      await pages.close()
    },
  }
}
