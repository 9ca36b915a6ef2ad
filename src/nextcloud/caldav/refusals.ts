/** What Nextcloud's refusals of a calendar object mean. */
import { bareEtag } from '../dav/etag.ts'
import { CodedError, withDetails } from '../errors.ts'
import type { Calendar } from './calendars.ts'

/** The same refusal in words about the object; `headers` are those of the request. */
export function explained(
  error: CodedError,
  { displayName }: Calendar,
  headers: Readonly<Record<string, string>>,
): CodedError {
  const { status, etag } = error.details
  if (status === 412 && !('if-match' in headers)) {
    return withDetails(error, 'An object of this name exists', { hint: 'Use another uid.' })
  }
  if (status === 412) {
    const current = etag === undefined ? {} : { etag: bareEtag(etag) }
    return withDetails(error, 'It has been changed since it was read', current)
  }
  if ((status === 400 || status === 409) && /uid/i.test(error.details.serverMessage ?? '')) {
    return new CodedError('CONFLICT', 'The calendar has an object with this uid', {
      ...error.details,
      hint: 'Update that one, or use another uid.',
    })
  }
  if (status === 415) {
    return new CodedError('BAD_INPUT', 'Nextcloud does not accept the object', error.details)
  }
  if (status === 403) {
    return withDetails(error, `Nothing may be written to the calendar ${displayName}`, {})
  }
  return error
}
