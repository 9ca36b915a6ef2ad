/**
 * What a file was before.
 * @see https://docs.nextcloud.com/server/latest/user_manual/en/files/version_control.html
 */
import { multistatus, propertyText } from '../../nextcloud/dav/multistatus.ts'
import { encodePath, segmentsBelow } from '../../nextcloud/dav/paths.ts'
import { davRoot } from '../../nextcloud/dav/principal.ts'
import { setProperties } from '../../nextcloud/dav/proppatch.ts'
import { dav, document, nc } from '../../nextcloud/dav/xml.ts'
import { badInput } from '../../nextcloud/errors.ts'
import type { Home, Place } from '../../nextcloud/files/home.ts'
import { unusable } from '../../nextcloud/reply.ts'
import { stat } from './listing.ts'

/** A version of a file. */
export interface Version {
  /** When it was written, in seconds since 1970; names it. */
  version: string
  /** Bytes. */
  size: number | null
  label: string | null
  /** User id of who wrote it, where Nextcloud knows. */
  author: string | null
  /** Whether it is what the file is now. */
  isCurrent: boolean
}

/**
 * What a file was and is, the newest first. Two requests.
 * @throws CodedError `NOT_FOUND`; `BAD_INPUT` for a folder
 */
export async function listVersions(file: Place): Promise<Version[]> {
  const { id, modified } = await versioned(file)
  const { session } = file.home
  const path = versionUrl(file.home, id)
  const reply = await session.send({
    method: 'PROPFIND',
    path,
    headers: { depth: '1', 'content-type': 'application/xml; charset=utf-8' },
    body: document(
      'd:propfind',
      '<d:prop><d:getcontentlength/><nc:version-label/><nc:version-author/></d:prop>',
    ),
    expect: [207],
    subject: `the versions of ${file.path}`,
  })
  const root = [...davRoot(session), 'versions', file.home.userId, 'versions', String(id)]
  const versions = multistatus(reply).flatMap(resource => {
    const [version] = segmentsBelow(resource.href, root) ?? []
    if (version === undefined) return []
    const size = Number(propertyText(resource, dav('getcontentlength')) ?? Number.NaN)
    return {
      version,
      size: Number.isSafeInteger(size) ? size : null,
      label: propertyText(resource, nc('version-label')) ?? null,
      author: propertyText(resource, nc('version-author')) ?? null,
      isCurrent: Number(version) === modified,
    }
  })
  return versions.toSorted((one, other) => Number(other.version) - Number(one.version))
}

/** A version as a place to read from. One request. @throws CodedError as {@link listVersions} */
export async function versionPlace(file: Place, version: string): Promise<Place> {
  const { id } = await versioned(file)
  return { ...file, url: versionUrl(file.home, id, version) }
}

/**
 * Makes a file again what it was; what it is stays as a version. Two requests.
 * @throws CodedError `NOT_FOUND` for a missing file or version
 */
export async function restoreVersion(file: Place, version: string): Promise<void> {
  const { session, userId } = file.home
  const { id } = await versioned(file)
  await session.send({
    method: 'MOVE',
    path: versionUrl(file.home, id, version),
    headers: {
      destination: `${session.basePath}/remote.php/dav${encodePath(['versions', userId, 'restore', 'target'])}`,
    },
    expect: [201, 204],
    subject: `version ${version} of ${file.path}`,
  })
}

/** Names a version, which then outlives the others; an empty label takes the name away. */
export async function labelVersion(file: Place, version: string, label: string): Promise<void> {
  const { id } = await versioned(file)
  await setProperties(
    file.home.session,
    versionUrl(file.home, id, version),
    { 'nc:version-label': label },
    `version ${version} of ${file.path}`,
  )
}

async function versioned(file: Place): Promise<{ id: number; modified: number }> {
  const { file_id, is_directory, last_modified } = await stat(file)
  if (is_directory) throw badInput(`"${file.path}" is a folder`, 'Folders have no versions.')
  if (file_id === null) throw unusable('no id for the file')
  return { id: file_id, modified: Date.parse(last_modified ?? '') / 1000 }
}

function versionUrl({ userId }: Home, id: number, version?: string): string {
  const segments = ['versions', userId, 'versions', String(id)]
  if (version !== undefined) {
    if (!/^\d+$/.test(version)) {
      throw badInput('version: it is none', 'Take it from nc_webdav_list_versions.')
    }
    segments.push(version)
  }
  return `/remote.php/dav${encodePath(segments)}`
}
