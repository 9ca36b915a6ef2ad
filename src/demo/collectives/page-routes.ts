import { integer, text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData } from '../ocs/envelope.ts'
import { OcsFault, OcsRefusal } from '../ocs/failures.ts'
import type { Route } from '../ocs/route.ts'
import { forget } from '../storage/changes.ts'
import type { FileNode } from '../storage/tree.ts'
import { checkedEmoji, collectiveOf, editing, on, reading } from './call.ts'
import * as pages from './pages.ts'
import type { PageRecord } from './store.ts'

/** The pages of a collective, and their trash. */
export const pageRoutes: readonly Route[] = [
  on('GET', '/*/pages', call => {
    const found = reading(call)
    return ocsData({ pages: pages.pagesOf(found).map(page => pages.pageJson(found, page)) })
  }),
  on('GET', '/*/pages/trash', call => {
    const found = editing(call)
    const { trash } = found.collective
    return ocsData({ pages: trash.flatMap(item => pages.trashedJson(found, item)) })
  }),
  on('PATCH', '/*/pages/trash/*', call => {
    const found = editing(call)
    return onePage(found, pages.restorePage(found, pageId(call)))
  }),
  on('DELETE', '/*/pages/trash/*', call => {
    const { node } = pages.trashItem(editing(call), pageId(call), 'delete')
    forget(call.instance.state.storage, node)
    return ocsData([])
  }),
  on('GET', '/*/pages/templates', call => {
    collectiveOf(call)
    return ocsData({ templates: [] })
  }),
  on('GET', '/*/pages/*', call => onePage(reading(call), pageOf(call))),
  on('POST', '/*/pages/*', call => {
    const found = editing(call)
    const title = text(call.parameters.title)
    if (title === undefined) throw new OcsFault()
    return onePage(found, pages.createPage(found, pageId(call), title))
  }),
  on('PUT', '/*/pages/*', call => {
    const found = editing(call)
    return onePage(found, pages.moveOrCopy(found, pageId(call), moveOf(call)))
  }),
  on('PUT', '/*/pages/*/to/*', call => {
    const id = integer(call.matched[2]) ?? 0
    const target = editing({ ...call, matched: [String(id)] })
    pages.moveOrCopy(editing(call), pageId(call), moveOf(call), target)
    return ocsData([])
  }),
  on('DELETE', '/*/pages/*', call =>
    ocsData({ page: pages.trashPage(editing(call), pageId(call)) }),
  ),
  on(
    'GET',
    '/*/pages/*/touch',
    changePage(() => undefined),
  ),
  on(
    'PUT',
    '/*/pages/*/emoji',
    changePage((record, { parameters }) => {
      const emoji = checkedEmoji(parameters.emoji)
      // What is null is told back, but what was there before stays.
      if (emoji === null) return { emoji: null }
      record.emoji = emoji
      return undefined
    }),
  ),
  on(
    'PUT',
    '/*/pages/*/fullWidth',
    changePage((record, { parameters }) => {
      record.isFullWidth = parameters.fullWidth === true
      return undefined
    }),
  ),
  on(
    'PUT',
    '/*/pages/*/subpageOrder',
    changePage((record, { parameters }) => {
      record.subpageOrder = orderOf(parameters.subpageOrder)
      return undefined
    }),
  ),
  on('GET', '/*/pages/*/attachments', call => {
    pageOf(call)
    return ocsData({ attachments: [] })
  }),
  on(
    'PUT',
    '/*/pages/*/tags/*',
    changeTags((tags, id) => [...new Set([...tags, id])]),
  ),
  on(
    'DELETE',
    '/*/pages/*/tags/*',
    changeTags((tags, id) => tags.filter(tag => tag !== id)),
  ),
]

function changeTags(change: (tags: number[], id: number) => number[]): Route['run'] {
  return changePage((record, call) => {
    const id = integer(call.matched[2]) ?? 0
    if (!collectiveOf(call).tags.some(tag => tag.id === id)) {
      throw new OcsRefusal(404, `Tag ${String(id)} not found for collective`)
    }
    record.tags = change(record.tags, id)
    return undefined
  })
}

/** A change to what is known of a page; `change` may say what the answer tells otherwise. */
function changePage(
  change: (record: PageRecord, call: OcsCall) => object | undefined,
): (call: OcsCall) => OcsResult {
  return call => {
    const found = editing(call)
    const page = pageOf(call)
    const record = pages.recordOf(found, page.id)
    const told = change(record, call)
    record.lastUserId = found.userId
    return ocsData({ page: { ...pages.pageJson(found, page), ...told } })
  }
}

function moveOf({ parameters }: OcsCall): pages.Move {
  return {
    parentId: integer(parameters.parentId) || undefined,
    title: text(parameters.title) || undefined,
    index: integer(parameters.index) ?? 0,
    copy: parameters.copy === true,
  }
}

function orderOf(value: unknown): number[] {
  let order: unknown
  try {
    order = typeof value === 'string' ? JSON.parse(value) : []
  } catch {
    order = undefined
  }
  if (Array.isArray(order) && order.every(Number.isInteger)) return order
  throw new OcsRefusal(403, 'Invalid format of subpage order')
}

function onePage(found: pages.PageCall, page: FileNode): OcsResult {
  return ocsData({ page: pages.pageJson(found, page) })
}

function pageId({ matched }: OcsCall): number {
  return integer(matched[1]) ?? 0
}

function pageOf(call: OcsCall): FileNode {
  return pages.pageById(reading(call), pageId(call))
}
