/** Moving pages: within a collective, among siblings, and to another collective. */
import { CodedError, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type ApiPage, collectives, type PageMove } from './api.ts'
import { childOrder, reordered } from './order.ts'

/**
 * Moves, renames or copies a page within its collective. One request; with an index three, as the
 * API takes no notice of it below the same parent.
 * @returns the page, or the copy, as it is then
 */
export async function moveHere(
  session: Session,
  collectiveId: number,
  pageId: number,
  move: PageMove,
): Promise<ApiPage> {
  const api = collectives(session)
  const { index, parentId, title, copy } = move
  if (index === undefined || copy) return api.movePage(collectiveId, pageId, move)

  const pages = await api.pages(collectiveId)
  const page = pages.find(({ id }) => id === pageId)
  if (page === undefined) throw missing(pageId)
  if (page.parentId === 0) {
    throw new CodedError('FORBIDDEN', 'The landing page stays where it is', {
      subject: `page ${pageId}`,
    })
  }
  if (parentId !== undefined && parentId !== page.parentId) {
    return api.movePage(collectiveId, pageId, move)
  }
  const renamed =
    title === undefined ? page : await api.movePage(collectiveId, pageId, { title, copy: false })
  const order = reordered(childOrder(pages, page.parentId), pageId, index)
  await api.orderPages(collectiveId, page.parentId, order).catch((error: unknown) => {
    if (title === undefined || !isCodedError(error)) throw error
    throw withDetails(
      error,
      `The page is "${renamed.title}" now, but where it was: ${error.message}`,
      {
        hint: 'Repeat with index alone.',
      },
    )
  })
  return renamed
}

/**
 * Moves or copies a page to another collective, below its landing page unless a parent is given.
 * Two requests: the API does not tell what has become of the page.
 * @returns the page, or the copy, as it is then
 */
export async function moveToCollective(
  session: Session,
  collectiveId: number,
  pageId: number,
  target: number,
  move: PageMove,
): Promise<ApiPage> {
  const api = collectives(session)
  await api.movePageTo(collectiveId, pageId, target, move)
  const done = move.copy ? 'copied' : 'moved'
  const pages = await api.pages(target).catch((error: unknown) => {
    throw isCodedError(error) ? untold(error, done, target) : error
  })
  const parent = pages.find(({ id, parentId }) =>
    move.parentId === undefined ? parentId === 0 : id === move.parentId,
  )
  // A copy has an id of its own: it is where it was put.
  const order = parent?.subpageOrder ?? []
  const id = move.copy ? order[Math.min(move.index ?? 0, order.length - 1)] : pageId
  const page = pages.find(candidate => candidate.id === id)
  if (page === undefined) throw untold(missing(pageId), done, target)
  return page
}

/** What was done must not look as if it were not. */
function untold(error: CodedError, done: string, target: number): CodedError {
  return withDetails(error, `The page was ${done}, but where it is now is not known`, {
    hint: `Do not repeat it: list the pages of collective ${target}.`,
  })
}

function missing(pageId: number): CodedError {
  return new CodedError('NOT_FOUND', 'Not found', {
    subject: `page ${pageId}`,
    hint: 'List the pages of the collective to find it.',
  })
}
