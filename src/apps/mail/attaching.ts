/** Files of the user that go out with a mail: looked at before anything is made. */
import { multistatus } from '../../nextcloud/dav/multistatus.ts'
import { child, dav, document } from '../../nextcloud/dav/xml.ts'
import { badInput, CodedError, hasCode } from '../../nextcloud/errors.ts'
import type { Exclusion } from '../../nextcloud/files/exclusion.ts'
import { openHome, type Place } from '../../nextcloud/files/home.ts'
import type { Session } from '../../nextcloud/session.ts'

/**
 * The paths of files that can be attached, without slashes at the ends. One request for each.
 * @throws CodedError `NOT_FOUND` for what is missing, and for what the operator keeps from tools;
 *   `BAD_INPUT` for a folder
 */
export async function attachable(
  session: Session,
  exclusion: Exclusion,
  paths: readonly string[],
): Promise<string[]> {
  if (paths.length === 0) return []
  const home = await openHome(session, exclusion)
  const places = paths.map(path => placeOf(() => home.place(path), path))
  await Promise.all(places.map(checkFile))
  return places.map(({ path }) => path)
}

function placeOf(open: () => Place, path: string): Place {
  try {
    return open()
  } catch (error) {
    throw hasCode(error, 'NOT_FOUND') ? noFile(path) : error
  }
}

async function checkFile({ home, path, url }: Place): Promise<void> {
  const reply = await home.session.send({
    method: 'PROPFIND',
    path: url,
    headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', '<d:prop><d:resourcetype/></d:prop>'),
    expect: [207, 404],
    subject: path,
  })
  if (reply.status === 404) throw noFile(path)
  const [resource] = multistatus(reply)
  if (resource === undefined) throw reply.unusable('nothing about the file')
  if (child(resource.properties.get(dav('resourcetype')), dav('collection')) !== undefined) {
    throw badInput(`attachments: "${path}" is a folder`, 'Name the files in it.')
  }
}

function noFile(path: string): CodedError {
  return new CodedError('NOT_FOUND', 'attachments: there is no such file; nothing was sent', {
    status: 404,
    subject: path,
    hint: 'Check the path; list or search to find it.',
  })
}
