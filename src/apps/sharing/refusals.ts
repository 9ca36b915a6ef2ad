/** What Nextcloud's answers mean: it says 404 of all that it does not allow. */
import { CodedError, hasCode, withDetails } from '../../nextcloud/errors.ts'

/**
 * The same failure, said as what it is. A 404 for something that has just been found is a rule of
 * the instance: Nextcloud's own words name it.
 */
export function refusalOf(error: unknown, subject: string): unknown {
  if (hasCode(error, 'NOT_FOUND')) {
    const { status = 404, serverMessage } = error.details
    return new CodedError('FORBIDDEN', 'Nextcloud does not allow this share', {
      status,
      subject,
      hint: 'Nothing was changed. The reason is a rule of this Nextcloud, or the file was shared with the user without the right to share it on.',
      ...(serverMessage === undefined ? {} : { serverMessage }),
      cause: error,
    })
  }
  if (hasCode(error, 'FORBIDDEN')) {
    return withDetails(error, error.message, {
      hint: 'Nothing was changed. Sharing is off for this kind or user, the recipient is the owner, or the share belongs to somebody else.',
    })
  }
  return error
}
