/** Deleting, and what servers say when they have done it. */
import type { Reply } from '../reply.ts'
import type { Session } from '../session.ts'
import { multistatus } from './multistatus.ts'

/** What is to be deleted, and under which condition. */
export interface Deletion {
  /** Percent-encoded path below the instance's address. */
  readonly path: string
  readonly subject: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Deletes a resource.
 * @returns the status: 204, or 200 from servers that list what they deleted (RFC 4918 9.6)
 * @throws CodedError as any request; `UNREACHABLE` for a 200 that confirms nothing
 */
export async function deleteResource(session: Session, deletion: Deletion): Promise<number> {
  const reply = await session.send({ method: 'DELETE', expect: [200, 204], ...deletion })
  // A login page has this status as well.
  if (reply.status === 200 && !isConfirmation(reply)) {
    throw reply.unusable('something that does not confirm the deletion')
  }
  return reply.status
}

function isConfirmation(reply: Reply): boolean {
  try {
    const deleted = multistatus(reply)
    return deleted.length > 0 && deleted.every(({ status = 0 }) => status >= 200 && status < 300)
  } catch {
    return false
  }
}
