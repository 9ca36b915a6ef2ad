/** What the tools of this app have in common. */
import { z } from 'zod'
import type { Home } from '../../../nextcloud/files/home.ts'
import type { Session } from '../../../nextcloud/session.ts'

/** Opens the caller's files, without what the operator excluded. */
export type OpenHome = (session: Session) => Promise<Home>

export const offset = z.int().min(0).default(0)

/** A short text without what Nextcloud would store and its answers cannot carry. */
export const shortText = z
  .string()
  .refine(text => /^\P{Cc}*$/u.test(text), 'must have no control characters')

/** Result key of everything that comes in pages. */
export const nextOffset = z.int().optional().describe('Only where there is more')
