/** Tools for what files were before. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../../mcp/tool.ts'
import { isoTime } from '../../../nextcloud/tolerant.ts'
import { labelVersion, listVersions, restoreVersion } from '../versions.ts'
import { type OpenHome, shortText } from './shared.ts'

const version = z.string().min(1).describe('From nc_webdav_list_versions')

/** The tools of this file, on the files that `open` gives. */
export function versionTools(open: OpenHome): Tool[] {
  const list = defineTool({
    name: 'nc_webdav_list_versions',
    title: 'List versions of a file',
    description:
      'Lists what a file was before, newest first; read one with version in nc_webdav_read_file.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({ path: z.string() }),
    output: z.object({
      path: z.string(),
      versions: z.array(
        z.object({
          version: z.string(),
          written_at: z.string().nullable().describe('ISO 8601'),
          size: z.int().nullable().describe('Bytes'),
          label: z.string().nullable(),
          author: z.string().nullable().describe('User id'),
          is_current: z.boolean(),
        }),
      ),
      total: z.int(),
    }),
    async run({ session }, { path }) {
      const file = (await open(session)).place(path)
      const versions = (await listVersions(file)).map(({ isCurrent, version, ...rest }) => ({
        version,
        written_at: isoTime(Number(version)),
        ...rest,
        is_current: isCurrent,
      }))
      return { path: file.path, versions, total: versions.length }
    },
  })

  const restore = defineTool({
    name: 'nc_webdav_restore_version',
    title: 'Restore a version of a file',
    description: 'Makes a file again what it was; what it is now stays as a version.',
    scopes: ['files:write'],
    effect: 'update',
    input: z.object({ path: z.string(), version }),
    output: z.object({ path: z.string(), message: z.string() }),
    async run({ session }, { path, version }) {
      const file = (await open(session)).place(path)
      await restoreVersion(file, version)
      return { path: file.path, message: 'Restored; what it was until now is a version of it.' }
    },
  })

  const label = defineTool({
    name: 'nc_webdav_label_version',
    title: 'Name a version of a file',
    description: 'Names a version, which is then kept; an empty label takes the name away.',
    scopes: ['files:write'],
    effect: 'update',
    idempotent: true,
    input: z.object({ path: z.string(), version, label: shortText.trim().max(255) }),
    output: z.object({ path: z.string(), version: z.string(), label: z.string() }),
    async run({ session }, { path, version, label }) {
      const file = (await open(session)).place(path)
      await labelVersion(file, version, label)
      return { path: file.path, version, label }
    },
  })

  return [list, restore, label]
}
