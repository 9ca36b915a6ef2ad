/**
 * What "Permission denied" means. Deck says it of everything that is missing, foreign or shared for
 * reading only; one look at the board tells which argument is to blame.
 */
import { CodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { isDenied, sendDeck } from './http.ts'
import { Board } from './records.ts'

/** What a request named. */
export interface Named {
  board_id: number
  stack_id?: number
  card_id?: number
  label_id?: number
}

/** What a request needs to be allowed on the board. */
export type Need = 'read' | 'edit' | 'manage'

/** Does the work; where Deck denies it, one more request finds out why. */
export async function explained<T>(
  session: Session,
  named: Named,
  need: Need,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isDenied(error)) throw error
    throw (await reason(session, named, need, error)) ?? error
  }
}

async function reason(
  session: Session,
  named: Named,
  need: Need,
  error: CodedError,
): Promise<CodedError | undefined> {
  const { board_id, stack_id, card_id, label_id } = named
  let board: Board
  try {
    const subject = `board ${board_id}`
    board = (await sendDeck(session, { path: `/${board_id}`, subject })).json(Board)
  } catch (cause) {
    return isDenied(cause) ? missing('board', board_id, cause) : undefined
  }
  if (need !== 'read') {
    const refusal = refusalOf(board, need)
    if (refusal !== undefined) return refusal
  }
  if (stack_id !== undefined && !board.stacks.some(({ id }) => id === stack_id)) {
    return notOnBoard('stack', stack_id, board)
  }
  if (label_id !== undefined && !board.labels.some(({ id }) => id === label_id)) {
    return notOnBoard('label', label_id, board)
  }
  return card_id === undefined ? undefined : missing('card', card_id, error)
}

/** Why nothing of this kind can be changed on a board, if so. */
export function refusalOf(board: Board, need: 'edit' | 'manage'): CodedError | undefined {
  const { PERMISSION_EDIT, PERMISSION_MANAGE } = board.permissions
  if (need === 'edit' ? PERMISSION_EDIT : PERMISSION_MANAGE) return undefined
  const details = { status: 403, subject: `board ${board.id} "${board.title}"` }
  return need === 'edit'
    ? new CodedError('FORBIDDEN', 'The board is shared with this user for reading only', {
        ...details,
        hint: 'Its owner can allow editing in Deck.',
      })
    : new CodedError('FORBIDDEN', 'Stacks and labels are for those who manage the board', {
        ...details,
        hint: 'Its owner can allow managing it in Deck.',
      })
}

/** The error for something that is not there, or not for this user. */
export function missing(what: string, id: number, cause?: CodedError): CodedError {
  return new CodedError('NOT_FOUND', `${what}_id: there is no such ${what}, or it is not yours`, {
    status: 403,
    subject: `${what} ${id}`,
    hint: 'Check the id; list to find it.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The error for a stack or a label that the board does not have. */
export function notOnBoard(
  what: 'stack' | 'label',
  id: number,
  board: { id: number; title?: string },
): CodedError {
  const name = board.title === undefined ? '' : ` "${board.title}"`
  return new CodedError('NOT_FOUND', `${what}_id: the board has no such ${what}`, {
    subject: `${what} ${id} on board ${board.id}${name}`,
    hint: `Use deck_get_${what}s to list what it has.`,
  })
}
