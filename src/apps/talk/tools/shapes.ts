/** Arguments that several tools of Talk take. */
import { z } from 'zod'

/** A conversation. */
export const token = z.string().min(1).describe('Of the conversation')

/** A message. */
export const messageId = z.int().min(1)
