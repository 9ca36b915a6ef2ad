/** Tools with which a user grants access for work while they are away (progressive consent). */
import { z } from 'zod'
import { inBrowser } from '../../mcp/result.ts'
import { defineTool, type Tool } from '../../mcp/tool.ts'
import type { BackgroundService } from './service.ts'
import { known } from './tools.ts'

/** @param service what they work on */
export function backgroundTools(service: BackgroundService): Tool[] {
  const provision = defineTool({
    name: 'provision_nextcloud_access',
    title: 'Allow background access',
    description:
      'Lets this server reach Nextcloud while the user is away, to keep the search index fresh: gives a link for the user to open.',
    scopes: [],
    effect: 'create',
    idempotent: true,
    openWorld: true,
    withoutNextcloud: true,
    input: z.object({}),
    output: z.object({
      provisioning_url: z.string().nullable(),
      message: z.string(),
      already_provisioned: z.boolean(),
    }),
    async run(context) {
      const user = known(context.user)
      if ((await service.status(user)) !== undefined) {
        const message = 'Background access is granted.'
        return { provisioning_url: null, message, already_provisioned: true }
      }
      const url = await service.link(user)
      const message = 'Open this page to allow access while you are away'
      return inBrowser(
        { url, message },
        { provisioning_url: url, message: `${message}: ${url}`, already_provisioned: false },
      )
    },
  })

  const revoke = defineTool({
    name: 'revoke_nextcloud_access',
    title: 'End background access',
    description: 'Ends the access that this server has while the user is away, here and there.',
    scopes: [],
    effect: 'delete',
    idempotent: true,
    withoutNextcloud: true,
    input: z.object({}),
    output: z.object({ message: z.string() }),
    async run(context) {
      const existed = await service.revoke(known(context.user))
      return { message: existed ? 'Background access has ended.' : 'There was none.' }
    },
  })

  const check = defineTool({
    name: 'check_provisioning_status',
    title: 'Is background access allowed?',
    description: 'Whether this server may reach Nextcloud while the user is away.',
    scopes: [],
    effect: 'read',
    withoutNextcloud: true,
    input: z.object({}),
    output: z.object({
      is_provisioned: z.boolean(),
      provisioned_at: z.string().nullable(),
      credential_type: z.enum(['refresh_token', 'app_password']).nullable(),
      client_id: z.string().nullable(),
      scopes: z.array(z.string()).nullable(),
      flow_type: z.string().nullable(),
    }),
    async run(context) {
      const grant = await service.status(known(context.user))
      const { provisionedAt, credentialType, clientId, scopes } = grant ?? {}
      return {
        is_provisioned: grant !== undefined,
        provisioned_at: provisionedAt === undefined ? null : new Date(provisionedAt).toISOString(),
        credential_type: credentialType ?? null,
        client_id: clientId ?? null,
        scopes: scopes === undefined ? null : [...scopes],
        flow_type:
          credentialType === undefined
            ? null
            : credentialType === 'refresh_token'
              ? 'flow2'
              : 'login_flow',
      }
    },
  })
  return [provision, revoke, check]
}
