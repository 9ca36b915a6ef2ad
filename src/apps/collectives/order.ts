/** The order of the pages below a page. */
import type { ApiPage } from './api.ts'

/**
 * The ids below a parent in the order that people see: those that were put into an order first,
 * the others by title.
 */
export function childOrder(pages: readonly ApiPage[], parentId: number): number[] {
  const order = pages.find(({ id }) => id === parentId)?.subpageOrder ?? []
  const place = ({ id }: ApiPage) => {
    const at = order.indexOf(id)
    return at < 0 ? order.length : at
  }
  return pages
    .filter(page => page.parentId === parentId)
    .toSorted((a, b) => place(a) - place(b) || a.title.localeCompare(b.title))
    .map(({ id }) => id)
}

/** The order with one id at another place; beyond the end is the end. */
export function reordered(order: readonly number[], id: number, index: number): number[] {
  const others = order.filter(other => other !== id)
  return [...others.slice(0, index), id, ...others.slice(index)]
}
