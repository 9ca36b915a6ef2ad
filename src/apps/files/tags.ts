/** Which files carry which system tags. */
import { multistatus, propertyText } from '../../nextcloud/dav/multistatus.ts'
import { children, document, type Element, nc, oc } from '../../nextcloud/dav/xml.ts'
import { badInput, CodedError, type ErrorDetails, hasCode } from '../../nextcloud/errors.ts'
import { named, type Place } from '../../nextcloud/files/home.ts'
import { foldedName, listTags, type Tag } from '../../nextcloud/files/system-tags.ts'
import { unusable } from '../../nextcloud/reply.ts'
import type { Session } from '../../nextcloud/session.ts'

/** What {@link changeTags} did. */
export interface TagChange {
  /** Names of all tags that the file has now. */
  tags: string[]
  added: string[]
  removed: string[]
  /** Of those added, the ones that did not exist before. */
  created: string[]
}

/** The tags of a file or folder, and its id. One request. @throws CodedError `NOT_FOUND` */
export async function tagsOf(place: Place): Promise<{ fileId: number; tags: Tag[] }> {
  const reply = await place.home.session.send({
    method: 'PROPFIND',
    path: place.url,
    headers: { depth: '0', 'content-type': 'application/xml; charset=utf-8' },
    body: document('d:propfind', '<d:prop><oc:fileid/><nc:system-tags/></d:prop>'),
    expect: [207],
    subject: named(place),
  })
  const [resource] = multistatus(reply)
  const fileId = Number((resource && propertyText(resource, oc('fileid'))) ?? Number.NaN)
  if (resource === undefined || !Number.isSafeInteger(fileId)) throw unusable('no id for the file')
  const element = resource.properties.get(nc('system-tags'))
  const tags = (element === undefined ? [] : children(element, nc('system-tag'))).map(tag => ({
    id: Number(attribute(tag, 'id')),
    name: tag.text,
    mayAssign: attribute(tag, 'can-assign') === 'true',
  }))
  return { fileId, tags }
}

/**
 * Puts tags on a file and takes others off, by name, whatever their case. Two requests, and one for
 * each tag that changes.
 * @param create whether tags that do not exist are made, for everybody
 * @throws CodedError `BAD_INPUT` for a tag that does not exist and `FORBIDDEN` for one that this user may
 *   not use, before anything is changed
 */
export async function changeTags(
  place: Place,
  { add, remove, create }: { add: readonly string[]; remove: readonly string[]; create: boolean },
): Promise<TagChange> {
  const { session } = place.home
  const both = add.find(name => remove.some(other => isSame(name, other)))
  if (both !== undefined) throw badInput(`add, remove: the tag "${both}" is in both`)
  const [known, { fileId, tags: present }] = await Promise.all([listTags(session), tagsOf(place)])
  const wanted = add.filter(
    (name, at) =>
      !present.some(tag => isSame(tag.name, name)) &&
      add.findIndex(other => isSame(other, name)) === at,
  )
  const unwanted = present.filter(tag => remove.some(name => isSame(tag.name, name)))
  const missing = wanted.filter(name => !known.some(tag => isSame(tag.name, name)))
  if (missing.length > 0 && !create) {
    throw badInput(
      `add: there is no tag ${missing.map(name => `"${name}"`).join(', ')}`,
      known.length === 0
        ? 'There are none yet. create=true makes them, for everybody.'
        : `There are: ${known
            .slice(0, 50)
            .map(({ name }) => name)
            .join(', ')}. create=true makes new ones, for everybody.`,
    )
  }
  const chosen = wanted.map(name => {
    const found = known.filter(tag => isSame(tag.name, name))
    // Several tags may have one name: they differ in who may use them.
    return { name, tag: found.find(({ mayAssign }) => mayAssign) ?? found[0] }
  })
  const reserved = [...chosen.map(({ tag }) => tag), ...unwanted].find(
    tag => !(tag?.mayAssign ?? true),
  )
  if (reserved !== undefined) throw mayNotUse({ subject: `the tag ${reserved.name}` })
  const added: string[] = []
  for (const { name, tag } of chosen) {
    const id = tag?.id ?? (await createTag(session, name))
    await assign(session, 'PUT', fileId, id, tag?.name ?? name)
    added.push(tag?.name ?? name)
  }
  for (const { id, name } of unwanted) await assign(session, 'DELETE', fileId, id, name)
  const removed = unwanted.map(({ name }) => name)
  return {
    tags: [...present.map(({ name }) => name).filter(name => !removed.includes(name)), ...added],
    added,
    removed,
    created: missing,
  }
}

async function createTag(session: Session, name: string): Promise<number> {
  const { headers } = await session.send({
    method: 'POST',
    path: '/remote.php/dav/systemtags/',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, userVisible: true, userAssignable: true }),
    expect: [201],
    subject: `the new tag ${name}`,
  })
  const id = /\/(\d+)\/?$/.exec(headers['content-location'] ?? '')?.[1]
  if (id === undefined) throw unusable('no id for the new tag')
  return Number(id)
}

/** Whoever was faster with the same change has done what was asked for. */
async function assign(
  session: Session,
  method: 'PUT' | 'DELETE',
  fileId: number,
  tagId: number,
  name: string,
): Promise<void> {
  try {
    await session.send({
      method,
      path: `/remote.php/dav/systemtags-relations/files/${fileId}/${tagId}`,
      expect: method === 'PUT' ? [201, 409] : [204, 404],
      subject: `the tag ${name}`,
    })
  } catch (error) {
    if (!(error instanceof CodedError) || !hasCode(error, 'FORBIDDEN')) throw error
    throw mayNotUse(error.details)
  }
}

function mayNotUse(details: ErrorDetails): CodedError {
  return new CodedError('FORBIDDEN', 'This user may not use the tag, or not on this file', details)
}

/** Whatever prefix its namespace has. */
function attribute({ attributes }: Element, local: string): string | undefined {
  return Object.entries(attributes).find(([name]) => name.split(':').at(-1) === local)?.[1]
}

function isSame(one: string, other: string): boolean {
  return foldedName(one) === foldedName(other)
}
