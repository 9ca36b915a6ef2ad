/** A whole board at a glance. */
import type { Card, Stack } from './records.ts'

const DUE_SOON_MS = 7 * 24 * 3_600_000

/** How many cards of a kind there are. */
export interface Counts {
  open: number
  done: number
  /** Open ones whose time is over. */
  overdue: number
  /** Open ones to be done within seven days. */
  due_soon: number
  unassigned: number
}

/** Counts cards that are not archived. */
export function countsOf(cards: readonly Card[], now: number): Counts {
  const counts = { open: 0, done: 0, overdue: 0, due_soon: 0, unassigned: 0 }
  for (const card of cards) {
    if (card.archived) continue
    if (card.done !== null) {
      counts.done++
      continue
    }
    counts.open++
    if (card.assignedUsers?.length === 0) counts.unassigned++
    const left = card.duedate === null ? Number.NaN : Date.parse(card.duedate) - now
    if (left < 0) counts.overdue++
    else if (left <= DUE_SOON_MS) counts.due_soon++
  }
  return counts
}

/** Adds up the counts of several stacks. */
export function sumOf(counts: readonly Counts[]): Counts {
  const sum = { open: 0, done: 0, overdue: 0, due_soon: 0, unassigned: 0 }
  for (const each of counts) {
    sum.open += each.open
    sum.done += each.done
    sum.overdue += each.overdue
    sum.due_soon += each.due_soon
    sum.unassigned += each.unassigned
  }
  return sum
}

/** Who has how many open cards, the busiest first. */
export function assigneesOf(stacks: readonly Stack[]) {
  const found = new Map<string, { uid: string; displayname: string; open_cards: number }>()
  for (const { archived, done, assignedUsers } of stacks.flatMap(({ cards }) => cards)) {
    if (archived || done !== null) continue
    for (const { participant } of assignedUsers ?? []) {
      const { uid, displayname } = participant
      const known = found.get(uid) ?? { uid, displayname, open_cards: 0 }
      known.open_cards++
      found.set(uid, known)
    }
  }
  return [...found.values()].toSorted((a, b) => b.open_cards - a.open_cards)
}
