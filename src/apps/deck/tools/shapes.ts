/** Arguments and results that the tools of Deck share. */
import { z } from 'zod'
import type { Session } from '../../../nextcloud/session.ts'
import { type CardPlace, cardUrl } from '../cards.ts'
import { STATUSES } from '../listing.ts'

const id = z.int().min(1)

export const board = { board_id: id }
export const stack = { ...board, stack_id: id }
export const card = { ...stack, card_id: id }
export const labelId = { label_id: id }

/** A title that Deck takes; it counts characters as people do. */
export function title(longest: number) {
  return z
    .string()
    .refine(text => text.trim() !== '', 'must not be empty')
    .refine(text => [...text].length <= longest, `must have at most ${longest} characters`)
}

/** A colour in the form Deck takes. */
export const color = z
  .string()
  .regex(/^#?[0-9a-fA-F]{6}$/, 'must be six hexadecimal digits, with or without #')
  .transform(text => text.replace('#', ''))

export const order = z.int().min(0)

const label = z.string().min(1).optional().describe('Title or id')
const assigned_to = z.string().min(1).optional().describe('User id or display name')
const preview = z.int().min(0).max(2000).default(140)

/** Which cards. */
export const filter = { label, assigned_to }
export const statusFilter = {
  status: z.enum(STATUSES).default('open').describe('open: neither done nor archived'),
  ...filter,
}

/** How much of each card. */
export const detail = {
  detail: z.enum(['summary', 'full']).default('summary'),
  description_max_length: z.int().min(0).optional().describe('Of full cards'),
  description_preview_length: preview,
}
export const previewLength = { description_preview_length: preview }

/** How many cards. */
export const perStack = {
  limit: z.int().min(1).max(1000).default(100).describe('Cards of each stack'),
}

/** What a change of a card answers. */
export const CardOperation = z.object({
  status_code: z.int(),
  message: z.string(),
  card_id: z.int(),
  stack_id: z.int().describe('Where the card is now'),
  board_id: z.int(),
  labels: z.array(z.string()).nullable().describe('Titles; null where nothing is known of them'),
  url: z.string(),
})

/** Says what was done with a card. */
export function cardOperation(
  session: Session,
  place: CardPlace,
  message: string,
  labels: string[] | null = null,
): z.input<typeof CardOperation> {
  const { card_id, stack_id, board_id } = place
  return {
    status_code: 200,
    message,
    card_id,
    stack_id,
    board_id,
    labels,
    url: cardUrl(session, board_id, card_id),
  }
}
