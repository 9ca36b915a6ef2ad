/**
 * Having the user open a page: by URL elicitation where the client can (revision 2026-07-28), else
 * not at all; the result then names the address.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Visit } from './result.ts'

const KEY = 'visit'

/**
 * The answer that has the client show the page.
 * @returns undefined where there is no page, where the client cannot, or where the user was asked
 *   already, whatever they said: the call then ends with what it found
 */
export function askToVisit(
  visit: Visit | undefined,
  { mcpReq: { envelope, inputResponses } }: ServerContext,
): InputRequiredResult | undefined {
  if (visit === undefined || inputResponses?.[KEY] !== undefined) return undefined
  const capabilities = (envelope as Record<string, unknown> | undefined)?.[
    CLIENT_CAPABILITIES_META_KEY
  ] as ClientCapabilities | undefined
  if (capabilities?.elicitation?.url === undefined) return undefined
  return inputRequired({ inputRequests: { [KEY]: inputRequired.elicitUrl({ ...visit }) } })
}
