/** Boards in answers, and as Deck itself has them. */
import type { Answer } from './task.ts'
import type { World } from './world.ts'

export interface Titled {
  id: number
  title: string
}

export const titled = (things: readonly Titled[], title: string): Answer =>
  things.find(thing => thing.title === title)

/** A card and its stack's id out of an overview. */
export const cardIn = (overview: Answer, title: string) =>
  overview.stacks
    .flatMap((stack: Answer) => stack.cards)
    .find((card: Titled) => card.title === title)

/** The stacks with cards of a board, as Deck itself has them. */
export async function stacksOf({ read }: World, board: string): Promise<Answer> {
  const api = '/index.php/apps/deck/api/v1.0/boards'
  const { id } = titled(await read(api), board)
  return read(`${api}/${id}/stacks`)
}

export async function cardOf(world: World, board: string, stack: string, card: string) {
  return titled(titled(await stacksOf(world, board), stack).cards ?? [], card)
}
