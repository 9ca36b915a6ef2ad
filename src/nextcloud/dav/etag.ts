/**
 * ETags (RFC 9110, section 8.8.3) travel quoted in headers and bare everywhere else. Models pass
 * them on in either spelling, so both are taken.
 */
import { badInput } from '../errors.ts'
import type { ReplyHeaders } from '../reply.ts'

/** The ETag without quotes and without the mark of a weak one. */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
}

/**
 * The ETag as a header has it.
 * @throws CodedError `BAD_INPUT` for what cannot be one
 */
export function quotedEtag(etag: string): string {
  const bare = bareEtag(etag)
  if (!/^[\x21\x23-\x7E]+$/.test(bare)) {
    throw badInput(`"${etag}" is not an etag`, 'Take it from the last read or listing.')
  }
  return `"${bare}"`
}

/** The bare ETag of a reply. `OC-ETag` is the same without what proxies make of it. */
export function replyEtag(headers: ReplyHeaders): string | undefined {
  const etag = headers['oc-etag'] ?? headers.etag
  return etag === undefined ? undefined : bareEtag(etag)
}
