/**
 * Finding files by name, type and star, with DAV SEARCH (RFC 5323) as Nextcloud has it.
 * @see https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/search.html
 */
import { type DavResource, multistatus } from '../../nextcloud/dav/multistatus.ts'
import { document, escapeXml } from '../../nextcloud/dav/xml.ts'
import { badInput, CodedError } from '../../nextcloud/errors.ts'
import { type Home, named, type Place } from '../../nextcloud/files/home.ts'
import { ENTRY_PROPERTIES, type Entry, entryOf } from './entry.ts'
import { namePattern } from './pattern.ts'

/** What to look for; what is not given does not matter. */
export interface SearchFilters {
  /** @see namePattern */
  namePattern?: string | undefined
  /** `text/plain`, or `text/` for all of a kind. */
  mimeType?: string | undefined
  onlyFavorites?: boolean | undefined
}

/** A page of what was found. */
export interface SearchPage {
  entries: Entry[]
  /** How many there are for certain: all of them, or, where `hasMore`, one after this page. */
  known: number
  hasMore: boolean
}

/** A row costs Nextcloud about as much as a file in a listing. */
const MOST_ROWS = 1_000

const NEWEST_FIRST =
  '<d:order><d:prop><d:getlastmodified/></d:prop><d:descending/></d:order><d:order><d:prop><d:displayname/></d:prop><d:ascending/></d:order>'

/**
 * Searches a folder and everything below it, newest first. One request for up to 1000 files.
 * @throws CodedError `NOT_FOUND` for a missing folder, `BAD_INPUT` for a file as the folder or a
 *   type that Nextcloud cannot search for
 */
export async function search(
  scope: Place,
  filters: SearchFilters,
  { offset, limit }: { offset: number; limit: number },
): Promise<SearchPage> {
  const where = condition(filters)
  const matches =
    filters.namePattern === undefined ? () => true : namePattern(filters.namePattern).matches
  // Counted from the beginning each time: the server's own offset counts the folder itself and
  // excluded files as well, and would skip or repeat something at the seams.
  const wanted = offset + limit + 1
  const found: Entry[] = []
  for (let from = 0; found.length < wanted; ) {
    // The folder itself takes a row where it matches, and is then left out of the answer.
    const rows = Math.min(wanted - found.length + 1, MOST_ROWS)
    const resources = await send(scope, where, from, rows)
    for (const resource of resources) {
      const entry = entryOf(scope.home, resource)
      if (entry !== undefined && entry.path !== scope.path && matches(entry.name)) found.push(entry)
    }
    if (resources.length < rows - 1) break
    from += rows
  }
  return {
    entries: found.slice(offset, offset + limit),
    known: Math.min(found.length, wanted),
    hasMore: found.length >= wanted,
  }
}

/** Nextcloud counts the operators of a search, and takes 100. */
const MOST_IDS = 90
/** A file is in as many places as it was shared to the user in. */
const MOST_PLACES = 4

/** What was found of some files. */
export interface FoundById {
  /** One place of each. */
  entries: Map<number, Entry>
  /** Whether everything there is was told. */
  isWhole: boolean
}

/** Files and folders by their ids, wherever the user has them. One request for each 90. */
export async function findByIds(home: Home, fileIds: readonly number[]): Promise<FoundById> {
  const entries = new Map<number, Entry>()
  let isWhole = true
  for (let from = 0; from < fileIds.length; from += MOST_IDS) {
    const ids = fileIds.slice(from, from + MOST_IDS)
    const conditions = ids.map(id => compare('eq', 'oc:fileid', String(id)))
    const where =
      conditions.length === 1 ? conditions.join('') : `<d:or>${conditions.join('')}</d:or>`
    const rows = ids.length * MOST_PLACES
    const resources = await send(home.place(''), where, 0, rows)
    if (resources.length >= rows) isWhole = false
    for (const resource of resources) {
      const entry = entryOf(home, resource)
      if (entry !== undefined && entry.file_id !== null) entries.set(entry.file_id, entry)
    }
  }
  return { entries, isWhole }
}

/** The file or folder with an id, wherever the user has it. One request. */
export async function findById(home: Home, fileId: number): Promise<Entry | undefined> {
  return (await findByIds(home, [fileId])).entries.get(fileId)
}

async function send(
  scope: Place,
  where: string,
  from: number,
  rows: number,
): Promise<DavResource[]> {
  const { session, userId } = scope.home
  try {
    const reply = await session.send({
      method: 'SEARCH',
      path: '/remote.php/dav/',
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body: searchRequest(['files', userId, ...scope.segments], where, from, rows),
      expect: [207],
      subject: named(scope),
    })
    return multistatus(reply)
  } catch (error) {
    if (
      error instanceof CodedError &&
      error.details.status === 500 &&
      error.details.serverMessage?.includes('only supported on directories')
    ) {
      throw badInput(`"${scope.path}" is a file`, 'Give a folder as scope.')
    }
    throw error
  }
}

/** The scope is not percent-encoded: Nextcloud takes it literally. */
function searchRequest(
  scope: readonly string[],
  where: string,
  from: number,
  rows: number,
): string {
  return document(
    'd:searchrequest',
    `<d:basicsearch>
<d:select><d:prop>${ENTRY_PROPERTIES}</d:prop></d:select>
<d:from><d:scope><d:href>/${escapeXml(scope.join('/'))}</d:href><d:depth>infinity</d:depth></d:scope></d:from>
<d:where>${where}</d:where>
<d:orderby>${NEWEST_FIRST}</d:orderby>
<d:limit><d:nresults>${rows}</d:nresults>${from === 0 ? '' : `<s:firstresult xmlns:s="https://github.com/icewind1991/SearchDAV/ns">${from}</s:firstresult>`}</d:limit>
</d:basicsearch>`,
  )
}

function condition({ namePattern: pattern, mimeType, onlyFavorites }: SearchFilters): string {
  const conditions: string[] = []
  if (pattern !== undefined) {
    const likes = namePattern(pattern).likes.map(like => compare('like', 'd:displayname', like))
    conditions.push(likes.length === 1 ? likes.join('') : `<d:or>${likes.join('')}</d:or>`)
  }
  const type = mimeType === undefined ? undefined : searchableType(mimeType)
  if (type !== undefined) conditions.push(compare('like', 'd:getcontenttype', type))
  if (onlyFavorites) conditions.push(compare('eq', 'oc:favorite', '1'))
  // Nextcloud fails on a search for nothing in particular.
  if (conditions.length === 0) return compare('like', 'd:displayname', '%')
  return conditions.length === 1 ? conditions.join('') : `<d:and>${conditions.join('')}</d:and>`
}

function compare(operator: string, property: string, literal: string): string {
  return `<d:${operator}><d:prop><${property}/></d:prop><d:literal>${escapeXml(literal)}</d:literal></d:${operator}>`
}

const isAny = (part: string) => /^[*%]?$/.test(part)

/** Nextcloud knows whole types and `kind/%` only; undefined for any type. */
function searchableType(mimeType: string): string | undefined {
  const type = mimeType.trim().toLowerCase()
  const [kind = '', subtype = ''] = type.split('/', 2)
  if (isAny(kind) && isAny(subtype)) return undefined
  if (!/[*%]/.test(kind) && kind !== '') {
    if (isAny(subtype)) return `${kind}/%`
    if (!/[*%]/.test(subtype)) return type
  }
  throw badInput(
    `Nextcloud cannot search for the type "${mimeType}"`,
    'Give a whole type (text/plain) or a kind (image/).',
  )
}
