/** The tools of the Cookbook app for its settings and its index. */
import { z } from 'zod'
import { defineTool } from '../../mcp/tool.ts'
import { multistatus } from '../../nextcloud/dav/multistatus.ts'
import { encodePath, segmentsOf } from '../../nextcloud/dav/paths.ts'
import { davUserId } from '../../nextcloud/dav/principal.ts'
import { child, dav, document } from '../../nextcloud/dav/xml.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { cookbook } from './api.ts'

const Done = z.object({ status_code: z.int(), message: z.string() })

export const setConfig = defineTool({
  name: 'nc_cookbook_set_config',
  title: 'Change the Cookbook settings',
  description: "Changes the user's Cookbook settings; what is not given stays.",
  scopes: ['cookbook:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({
    folder: z
      .string()
      .optional()
      .describe('Folder of the recipes; made if missing, recipes in the old one stay there'),
    update_interval: z.int().min(1).optional().describe('Minutes between looks at the files'),
    print_image: z.boolean().optional(),
  }),
  output: Done,
  async run({ session }, { folder, ...others }) {
    if ([folder, ...Object.values(others)].every(value => value === undefined)) {
      throw badInput('Nothing to change', 'Give folder, update_interval or print_image.')
    }
    const checked = folder === undefined ? {} : { folder: await usableFolder(session, folder) }
    const message = await cookbook(session).setConfig({ ...checked, ...others })
    return { status_code: 200, message }
  },
})

export const reindex = defineTool({
  name: 'nc_cookbook_reindex',
  title: 'Reindex the recipes',
  description: 'Has Cookbook look at all files again, after recipes were changed as files.',
  scopes: ['cookbook:write'],
  effect: 'update',
  idempotent: true,
  input: z.object({}),
  output: Done,
  async run({ session }) {
    return { status_code: 200, message: await cookbook(session).reindex() }
  },
})

/**
 * The folder as Cookbook writes it. Cookbook takes any text, and where it cannot be a folder the
 * app fails from then on: so it is looked at before.
 */
async function usableFolder(session: Session, folder: string): Promise<string> {
  const segments = segmentsOf(folder)
  if (segments.length === 0) throw badInput('folder: must be a folder below the root')
  for (let depth = segments.length; depth > 0; depth--) {
    const kind = await kindOf(session, segments.slice(0, depth))
    if (kind === 'folder') break
    if (kind === 'file') {
      throw badInput(`folder: "${segments.slice(0, depth).join('/')}" is a file`)
    }
  }
  return `/${segments.join('/')}`
}

async function kindOf(
  session: Session,
  segments: readonly string[],
): Promise<'file' | 'folder' | 'none'> {
  const reply = await session.send({
    method: 'PROPFIND',
    path: `/remote.php/dav${encodePath(['files', await davUserId(session), ...segments])}`,
    headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', '<d:prop><d:resourcetype/></d:prop>'),
    expect: [207, 404],
    subject: segments.join('/'),
  })
  if (reply.status === 404) return 'none'
  const type = multistatus(reply)[0]?.properties.get(dav('resourcetype'))
  return child(type, dav('collection')) === undefined ? 'file' : 'folder'
}
