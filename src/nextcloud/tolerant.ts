/**
 * Readers for what PHP apps really send: `[]` for an empty object, numbers as strings, 0 and 1
 * for booleans, fields that are missing or null. One odd element degrades itself, never a list.
 */
import { z } from 'zod'

/** A string; numbers become one, anything else the fallback. */
export function text<F extends string | null>(fallback: F) {
  return z.preprocess(
    value => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
    z.string().catch(fallback as string),
  ) as z.ZodType<string | F>
}

/** A number; numeric strings become one, anything else the fallback. */
export function number<F extends number | null>(fallback: F) {
  return z.preprocess(
    value => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    z.number().catch(fallback as number),
  ) as z.ZodType<number | F>
}

/** A boolean; 0, 1 and their spellings become one, anything else the fallback. */
export function flag(fallback = false) {
  return z.preprocess(value => {
    if (value === 1 || value === '1' || value === 'true') return true
    if (value === 0 || value === '0' || value === 'false' || value === '') return false
    return value
  }, z.boolean().catch(fallback)) as z.ZodType<boolean>
}

/** An object with arbitrary members; PHP's empty array counts as an empty one. */
export function looseRecord() {
  return z.preprocess(
    value => (Array.isArray(value) && value.length === 0 ? {} : value),
    z.record(z.string(), z.unknown()).catch({}),
  ) as z.ZodType<Record<string, unknown>>
}

/** A list of `element`; what does not fit is left out. An object is read as the list of its values. */
export function list<T>(element: z.ZodType<T>): z.ZodType<T[]> {
  return elements(element).transform(({ items }) => items)
}

/** Elements of a list, and how many there are beside them that did not fit. */
export interface Elements<T> {
  items: T[]
  unreadable: number
}

/** As {@link list}, for who concludes something from what a list does not name. */
export function elements<T>(element: z.ZodType<T>): z.ZodType<Elements<T>> {
  return z.preprocess(
    value =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.values(value)
        : value,
    z.array(z.unknown()).transform(values => {
      const items = values.flatMap(value => {
        const parsed = element.safeParse(value)
        return parsed.success ? [parsed.data] : []
      })
      return { items, unreadable: values.length - items.length }
    }),
  )
}

/** Seconds since 1970 as people write times, in UTC; null for what is no time. */
export function isoTime(seconds: number | null): string | null {
  const time = new Date((seconds ?? Number.NaN) * 1_000)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
