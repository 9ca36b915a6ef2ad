import { type Reply, reply } from '../http.ts'
import { escapeXml } from '../xml.ts'

const sabre = 'Sabre\\DAV\\Exception\\'
const nextcloud = 'OCA\\DAV\\Connector\\Sabre\\Exception\\'

/** The exceptions a WebDAV answer can name, with their status. */
const exceptions = {
  BadRequest: [400, sabre],
  InvalidPath: [400, nextcloud],
  NotAuthenticated: [401, sabre],
  Forbidden: [403, sabre],
  InvalidComponentType: [403, 'Sabre\\CalDAV\\Exception\\'],
  InvalidResourceType: [403, sabre],
  InvalidSyncToken: [403, sabre],
  NotFound: [404, sabre],
  MethodNotAllowed: [405, sabre],
  Conflict: [409, sabre],
  PreconditionFailed: [412, sabre],
  ReportNotSupported: [415, sabre],
  UnsupportedMediaType: [415, sabre],
  RequestedRangeNotSatisfiable: [416, sabre],
  FileLocked: [423, nextcloud],
  TooManyRequests: [429, nextcloud],
  LockedException: [500, 'OCP\\Lock\\'],
  Exception: [500, ''],
  InvalidArgumentException: [500, ''],
  InvalidDataException: [500, 'Sabre\\VObject\\'],
  NotImplemented: [501, sabre],
  ServiceUnavailable: [503, sabre],
  UnsupportedLimitOnInitialSyncException: [507, 'OCA\\DAV\\Exception\\'],
} as const satisfies Record<string, readonly [number, string]>

/** Name of an exception of the WebDAV server. */
export type DavException = keyof typeof exceptions

/** What an answer names besides exception and message: the condition that was not met. */
const conditions: Partial<Record<DavException, string>> = {
  InvalidComponentType:
    '<cal:supported-calendar-component xmlns:cal="urn:ietf:params:xml:ns:caldav"/>',
  InvalidResourceType: '<d:valid-resourcetype/>',
  InvalidSyncToken: '<d:valid-sync-token/>',
  ReportNotSupported: '<d:supported-report/>',
  UnsupportedLimitOnInitialSyncException: '<d:number-of-matches-within-limits/>',
}

/** A failed WebDAV request; thrown by handlers, answered by the router. */
export class DavError extends Error {
  override name = 'DavError'
  readonly exception: DavException
  readonly headers: Record<string, string>
  /** Precondition header that failed, told in the body. */
  readonly header: string | undefined

  constructor(
    exception: DavException,
    message = '',
    headers: Record<string, string> = {},
    header?: string,
  ) {
    super(message)
    this.exception = exception
    this.headers = headers
    this.header = header
  }
}

/** The answer to a failed request, with the XML body sabre/dav writes. */
export function davErrorReply({ exception, message, headers, header }: DavError): Reply {
  const [status, space] = exceptions[exception]
  const text = escapeXml(message).replaceAll('&quot;', '"')
  const condition = conditions[exception]
  let more = condition === undefined ? '' : `  ${condition}\n`
  let namespaces = 'xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"'
  if (header !== undefined) more = `  <s:header>${header}</s:header>\n`
  if (exception === 'InvalidPath' || exception === 'TooManyRequests') {
    namespaces += ' xmlns:o="http://owncloud.org/ns"'
    // The wrong namespace of these elements is Nextcloud's own.
    more =
      exception === 'InvalidPath'
        ? `  <o:retry xmlns:o="o:">false</o:retry>\n  <o:reason xmlns:o="o:">${text}</o:reason>\n`
        : '  <o:hint xmlns:o="o:">too many requests</o:hint>\n'
  }
  const written = text === '' ? '<s:message/>' : `<s:message>${text}</s:message>`
  return reply(
    status,
    { 'Content-Type': 'application/xml; charset=utf-8', ...headers },
    `<?xml version="1.0" encoding="utf-8"?>\n<d:error ${namespaces}>\n` +
      `  <s:exception>${space}${exception}</s:exception>\n  ${written}\n${more}</d:error>\n`,
  )
}
