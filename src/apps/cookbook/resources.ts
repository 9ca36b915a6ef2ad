/** The resources of the Cookbook app. */
import type { Resource } from '../../mcp/resource.ts'
import { badInput } from '../../nextcloud/errors.ts'
import { cookbook } from './api.ts'
import { presented } from './recipe.ts'

export const version: Resource = {
  uri: 'cookbook://version',
  name: 'cookbook-version',
  title: 'Cookbook version',
  description: 'Versions of the Cookbook app and of its interface',
  mimeType: 'application/json',
  scopes: ['cookbook:read'],
  read: async ({ session }) => ({ json: await cookbook(session).version() }),
}

export const config: Resource = {
  uri: 'cookbook://config',
  name: 'cookbook-config',
  title: 'Cookbook settings',
  description: "The recipes' folder, how often it is looked at, and what is shown",
  mimeType: 'application/json',
  scopes: ['cookbook:read'],
  read: async ({ session }) => ({ json: await cookbook(session).config() }),
}

export const recipe: Resource = {
  uri: 'nc://Cookbook/{recipe_id}',
  name: 'recipe',
  title: 'Recipe',
  description: 'One recipe with every field',
  mimeType: 'application/json',
  scopes: ['cookbook:read'],
  untrusted: true,
  read: async ({ session }, { recipe_id }) => ({
    json: presented(await cookbook(session).get(idOf(recipe_id))),
  }),
}

function idOf(text: string | undefined): number {
  const id = Number(text)
  if (!Number.isSafeInteger(id) || id < 1) throw badInput(`"${text}" is not the id of a recipe`)
  return id
}
