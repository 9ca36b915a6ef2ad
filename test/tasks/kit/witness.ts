/** Watches what of an answer is looked at, so that a value can be traced to where it was read. */
import type { Answer } from './task.ts'

export type Leaf = string | number | boolean

/** An answer to look into; every value and every key that is looked at goes into `seen`. */
export function witnessed(answer: Answer, seen: Set<Leaf>): Answer {
  if (typeof answer !== 'object' || answer === null) return answer
  return new Proxy(answer, {
    get(target, key) {
      const value = Reflect.get(target, key)
      if (typeof key === 'string' && Object.hasOwn(target, key)) {
        if (!Array.isArray(target)) seen.add(key)
        if (isLeaf(value) && key !== 'length') seen.add(value)
      }
      return witnessed(value, seen)
    },
    ownKeys(target) {
      if (!Array.isArray(target)) for (const key of Object.keys(target)) seen.add(key)
      return Reflect.ownKeys(target)
    },
  })
}

/** Whether it is neither an object nor nothing. */
export function isLeaf(value: unknown): value is Leaf {
  return ['string', 'number', 'boolean'].includes(typeof value)
}
