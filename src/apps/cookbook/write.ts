/** Creating, changing and importing recipes. */
import { badInput, CodedError, hasCode, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type ApiRecipe, cookbook, subjectOf } from './api.ts'
import { type RecipeChanges, webAddress, withChanges } from './recipe.ts'

/** What a write says. */
export interface Written {
  id: number
  /** Where a picture was given: whether Cookbook has it. It says nothing of a failed download. */
  image_saved?: boolean
}

/**
 * Creates a recipe; one request, and one more for a picture.
 * @throws CodedError `CONFLICT` when another recipe has its name
 */
export async function createRecipe(session: Session, changes: RecipeChanges): Promise<Written> {
  const api = cookbook(session)
  const id = await api.create(withChanges({}, changes)).catch(explain(changes))
  return { id, ...(changes.image ? await pictureSaved(session, id) : {}) }
}

/**
 * Changes what is given and sends everything else back as it was; two requests, and two more for
 * a picture. Cookbook has no condition for writing, so a change that somebody else makes between
 * the two requests is lost; changes that this server makes wait for each other.
 *
 * Cookbook gives recipes in a form of its own, whatever is in their files, and keeps what it is
 * sent in that form: sections of instructions as headings, one picture of several, durations
 * without days, whole servings, one space of several. A picture that was put into the folder of a
 * recipe without `image` is deleted by any change.
 * @param readAt `dateModified` of the recipe that the changes were made for
 * @throws CodedError `CONFLICT` when it was changed since, or another recipe has the new name
 */
export function updateRecipe(
  session: Session,
  id: number,
  changes: RecipeChanges,
  readAt?: string,
): Promise<Written> {
  return exclusively(session, id, async () => {
    const api = cookbook(session)
    const [recipe, before] = await Promise.all([
      api.get(id),
      changes.image ? api.picture(id) : undefined,
    ])
    if (readAt !== undefined) checkUnchanged(id, recipe, readAt)
    const changed = withChanges(recipe, changes)
    await api.replace(id, changed).catch(explain(changes))
    if (!changes.image) return { id }
    const isNew = changed.image !== recipe.image
    return { id, ...(await pictureSaved(session, id, isNew ? before : undefined)) }
  })
}

/**
 * Deletes a recipe; two requests. Cookbook deletes any file or folder of the id that is among the
 * recipes, and says of nothing that it was deleted: so the recipe is read first.
 */
export function deleteRecipe(session: Session, id: number): Promise<void> {
  return exclusively(session, id, async () => {
    const api = cookbook(session)
    await api.get(id)
    await api.delete(id)
  })
}

/**
 * Has Nextcloud import the recipe of a web page; one request, never repeated.
 * @throws CodedError `BAD_INPUT` with Cookbook's reason, `CONFLICT` when there is one of its name
 */
export async function importRecipe(session: Session, address: string): Promise<ApiRecipe> {
  const url = importable(address)
  try {
    const outcome = await cookbook(session).import(url)
    if ('recipe' in outcome) return outcome.recipe
    throw refusal(url, outcome.refused)
  } catch (error) {
    if (hasCode(error, 'CONFLICT')) {
      throw withDetails(error, 'There is a recipe of that name already', {
        hint: 'It may be this one, imported before: find it with nc_cookbook_search_recipes.',
      })
    }
    if (!isCodedError(error) || error.details.outcomeUnknown !== true) throw error
    throw withDetails(error, error.message, {
      hint: 'It may have been imported: look for it with nc_cookbook_list_recipes before trying again.',
    })
  }
}

/** Cookbook goes to named hosts only; it says so of an address, but not which part it minds. */
function importable(address: string): string {
  const url = webAddress('url', address)
  if (!url) throw badInput('url: missing')
  const { hostname } = new URL(url)
  if (hostname === 'localhost' || hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) {
    throw badInput('url: Cookbook imports from hosts with a public name only')
  }
  return url
}

/** Cookbook's words are in the user's language, but only those about a download name the page. */
function refusal(url: string, said: string): CodedError {
  const isDownload = said.includes(url)
  const message = isDownload
    ? 'Nextcloud could not download the page'
    : 'Cookbook found no recipe on the page'
  return new CodedError('BAD_INPUT', message, {
    status: 400,
    subject: url,
    serverMessage: (isDownload ? said.replaceAll(url, 'the page') : said).slice(0, 300),
    hint: isDownload
      ? 'Check the address in a browser.'
      : 'Read the page another way and use nc_cookbook_create_recipe.',
  })
}

function checkUnchanged(id: number, recipe: ApiRecipe, readAt: string): void {
  const read = Date.parse(readAt)
  if (Number.isNaN(read)) throw badInput(`date_modified: "${readAt}" is not a time`)
  const now = String(recipe.dateModified)
  if (Date.parse(now) === read) return
  throw new CodedError('CONFLICT', 'The recipe has been changed since it was read', {
    subject: `${subjectOf(id)} "${String(recipe.name)}"`,
    hint: `Read it again, merge, and repeat with its dateModified, now ${now}.`,
  })
}

async function pictureSaved(
  session: Session,
  id: number,
  before?: string,
): Promise<{ image_saved?: boolean }> {
  try {
    const now = await cookbook(session).picture(id)
    return { image_saved: now !== undefined && now !== before }
  } catch {
    // The recipe is written, whatever became of the picture.
    return {}
  }
}

/** Says what a failed write means for the recipe, and what can be done. */
function explain({ image }: RecipeChanges): (error: unknown) => never {
  return error => {
    if (hasCode(error, 'CONFLICT')) {
      throw withDetails(error, 'Another recipe has that name', {
        hint: 'Give another name, or change the other recipe: nc_cookbook_search_recipes finds it.',
      })
    }
    // Cookbook writes the recipe first, and fails on a file that is no picture after that.
    if (!image || !hasCode(error, 'UPSTREAM_ERROR')) throw error
    throw withDetails(error, 'Nextcloud failed, perhaps on the image', {
      outcomeUnknown: true,
      hint: 'The recipe may have been written: call nc_cookbook_reindex and look for it. Check that image is a picture.',
    })
  }
}

/** One write to a recipe at a time, so that none is made of what another is about to replace. */
function exclusively<T>(session: Session, id: number, task: () => Promise<T>): Promise<T> {
  return session.account.serialised(`cookbook/${id}`, task)
}
