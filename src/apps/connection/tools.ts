/** Tools with which a user connects Nextcloud, and changes what may be done there. */
import { z } from 'zod'
import { parseScope, SCOPES, type Scope } from '../../identity/scopes.ts'
import { inBrowser } from '../../mcp/result.ts'
import { type CallerUser, defineTool, type Tool } from '../../mcp/tool.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import type { ConnectionService } from './service.ts'

const scopeList = z.array(z.string()).optional()

/** @param service what they work on */
export function connectionTools(service: ConnectionService): Tool[] {
  const provision = defineTool({
    name: 'nc_auth_provision_access',
    title: 'Connect Nextcloud',
    description:
      'Connects Nextcloud: gives a link for the user to open and confirm. Use it on NOT_PROVISIONED.',
    scopes: [],
    effect: 'create',
    idempotent: true,
    openWorld: true,
    withoutNextcloud: true,
    input: z.object({
      scopes: scopeList.describe('Like notes:read; default: all that the token has'),
    }),
    output: z.object({
      status: z.enum(['already_provisioned', 'login_required']),
      login_url: z.string().nullable(),
      message: z.string(),
      user_id: z.string().nullable(),
      requested_scopes: z.array(z.string()).nullable(),
    }),
    async run(context, { scopes }) {
      const user = known(context.user)
      const wanted = scopes && parsed(scopes, service)
      const stored = await service.find(user)
      const suffices = covers(stored?.scopes, wanted)
      if (stored !== undefined && suffices && (await service.isAccepted(user))) {
        return {
          status: 'already_provisioned' as const,
          login_url: null,
          message: 'Nextcloud is connected.',
          user_id: user.userId,
          requested_scopes: wanted ?? null,
        }
      }
      const asked = wanted ?? suggested(user, service, stored?.scopes)
      const url = await service.link(user, asked)
      const message = 'Open this page to connect your Nextcloud, and confirm it there'
      return inBrowser(
        { url, message },
        {
          status: 'login_required' as const,
          login_url: url,
          message: `${message}: ${url}`,
          user_id: user.userId,
          requested_scopes: asked,
        },
      )
    },
  })

  const status = defineTool({
    name: 'nc_auth_check_status',
    title: 'Is Nextcloud connected?',
    description: 'Whether this server can reach Nextcloud for the user, and what it may do.',
    scopes: [],
    effect: 'read',
    withoutNextcloud: true,
    input: z.object({}),
    output: z.object({
      status: z.enum(['provisioned', 'revoked', 'not_initiated']),
      message: z.string(),
      user_id: z.string().nullable(),
      scopes: z.array(z.string()).nullable(),
      username: z.string().nullable(),
    }),
    async run(context) {
      const user = known(context.user)
      const stored = await service.find(user)
      const found = {
        user_id: user.userId,
        scopes: stored === undefined ? null : [...(stored.scopes ?? SCOPES)],
        username: stored?.loginName ?? null,
      }
      if (stored === undefined) {
        const message = 'Nextcloud is not connected; nc_auth_provision_access gives a link.'
        return { status: 'not_initiated' as const, message, ...found }
      }
      if (await service.isAccepted(user)) {
        return { status: 'provisioned' as const, message: 'Nextcloud is connected.', ...found }
      }
      const message = 'Nextcloud no longer accepts it; nc_auth_provision_access gives a link.'
      return { status: 'revoked' as const, message, ...found }
    },
  })

  const update = defineTool({
    name: 'nc_auth_update_scopes',
    title: 'Change what is allowed',
    description:
      'Changes what this server may do for the user. Removing works at once; for adding the user gets a link.',
    scopes: [],
    effect: 'update',
    idempotent: true,
    openWorld: true,
    withoutNextcloud: true,
    input: z.object({ add_scopes: scopeList, remove_scopes: scopeList }),
    output: z.object({
      status: z.enum(['updated', 'unchanged', 'login_required']),
      login_url: z.string().nullable(),
      message: z.string(),
      previous_scopes: z.array(z.string()).nullable(),
      new_scopes: z.array(z.string()).nullable(),
    }),
    async run(context, { add_scopes, remove_scopes }) {
      const user = known(context.user)
      const stored = await service.find(user)
      if (stored === undefined) {
        throw new CodedError('NOT_PROVISIONED', 'Nextcloud is not connected yet', {
          hint: 'nc_auth_provision_access gives the user a link.',
        })
      }
      const previous = stored.scopes ?? service.grantable
      const removed = new Set<Scope>(parsed(remove_scopes ?? [], service))
      const added = parsed(add_scopes ?? [], service)
      const kept = previous.filter(scope => !removed.has(scope))
      const wanted = inOrder([...kept, ...added])
      const isUnchanged = inOrder(previous).join() === wanted.join()
      const found = { previous_scopes: [...previous], new_scopes: wanted }
      if (isUnchanged && stored.scopes !== undefined) {
        const message = 'That is how it is already.'
        return { status: 'unchanged' as const, login_url: null, message, ...found }
      }
      if (wanted.length === 0) {
        throw badInput(
          'Nothing would be left that is allowed',
          'To disconnect altogether, the user revokes the access on the pages of this server or in Nextcloud.',
        )
      }
      if (covers(stored.scopes, added)) {
        await service.setScopes(user, wanted)
        return { status: 'updated' as const, login_url: null, message: 'Changed.', ...found }
      }
      const url = await service.link(user, wanted)
      const message = 'Open this page to allow more in your Nextcloud'
      return inBrowser(
        { url, message },
        {
          status: 'login_required' as const,
          login_url: url,
          message: `${message}: ${url}`,
          ...found,
        },
      )
    },
  })

  const loggedIn = defineTool({
    name: 'check_logged_in',
    title: 'Am I logged in?',
    description: 'Says yes once Nextcloud is connected, else gives a link for the user.',
    scopes: [],
    effect: 'read',
    openWorld: true,
    withoutNextcloud: true,
    input: z.object({}),
    output: z.object({ result: z.string() }),
    async run(context) {
      const user = known(context.user)
      const stored = await service.find(user)
      if (stored !== undefined && (await service.isAccepted(user))) return { result: 'yes' }
      const url = await service.link(user, suggested(user, service, stored?.scopes))
      const message = 'Open this page to connect your Nextcloud'
      return inBrowser({ url, message }, { result: `${message}: ${url}` })
    },
  })
  return [provision, status, update, loggedIn]
}

/** @throws CodedError `UNAUTHORIZED`; these tools are for callers with tokens only */
export function known(user: CallerUser | undefined): CallerUser {
  if (user !== undefined) return user
  throw new CodedError('UNAUTHORIZED', 'The request carries no access token')
}

/** @throws CodedError `BAD_INPUT` that names what is no scope, or none that can be granted */
function parsed(words: readonly string[], { grantable }: ConnectionService): Scope[] {
  const unknown = words.filter(word => {
    const scope = parseScope(word)
    return scope === undefined || !grantable.includes(scope)
  })
  if (unknown.length > 0) {
    throw badInput(`No such scope: ${unknown.join(', ')}`, `There are: ${grantable.join(', ')}.`)
  }
  return inOrder(words.map(parseScope).filter(scope => scope !== undefined))
}

/** What to suggest: what was allowed before, else what the token is for. */
function suggested(
  { scopes }: CallerUser,
  { grantable }: ConnectionService,
  before: readonly Scope[] | undefined,
): Scope[] {
  const asked = grantable.filter(scope => before?.includes(scope) ?? scopes.has(scope))
  return asked.length > 0 ? asked : [...grantable]
}

function covers(granted: readonly Scope[] | undefined, wanted: readonly Scope[] = []): boolean {
  return granted === undefined || wanted.every(scope => granted.includes(scope))
}

function inOrder(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter(scope => scopes.includes(scope))
}
