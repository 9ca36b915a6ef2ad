/** Occurrences of events and todos: all of a window, or the one that somebody names. */
export {
  type ExpandOptions,
  type Expansion,
  expand,
  type Occurrence,
  type Window,
} from './expansion.ts'
export { occurrenceAt } from './occurrence.ts'
