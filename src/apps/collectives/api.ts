/**
 * The Collectives app's HTTP interface, version 1.0. What a page says is not in it: see `content.ts`.
 * @see https://github.com/nextcloud/collectives/blob/main/openapi.json
 */
import { z } from 'zod'
import { CodedError, hasCode, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import { type OcsRequest, ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, list, number, text } from '../../nextcloud/tolerant.ts'

const API = '/apps/collectives/api/v1.0/collectives'
const id = z.coerce.number().int()

const ApiCollective = z.object({
  id,
  circleId: text(''),
  emoji: text(null),
  name: text(''),
  level: number(0),
  canEdit: flag(),
  canShare: flag(),
  pageMode: number(0),
  trashTimestamp: number(null),
})
/** A collective as the API gives it. */
export type ApiCollective = z.infer<typeof ApiCollective>

const ApiPage = z.object({
  id,
  title: text(''),
  emoji: text(null),
  fileName: text(''),
  filePath: text(''),
  collectivePath: text(null),
  parentId: number(0),
  timestamp: number(0),
  size: number(0),
  lastUserId: text(null),
  lastUserDisplayName: text(null),
  subpageOrder: list(id).catch([]),
  isFullWidth: flag(),
  tags: list(id).catch([]),
  trashTimestamp: number(null),
})
/** A page as the API gives it: where its file lies, not what it says. */
export type ApiPage = z.infer<typeof ApiPage>

const ApiTag = z.object({ id, collectiveId: id.catch(0), name: text(''), color: text('') })
/** A tag of a collective; the colour is six hexadecimal digits. */
export type ApiTag = z.infer<typeof ApiTag>

const OneCollective = z.object({ collective: ApiCollective, info: text('') })
const OnePage = z.object({ page: ApiPage })
const ManyCollectives = z.object({ collectives: list(ApiCollective) })
const ManyPages = z.object({ pages: list(ApiPage) })

/** Where a page shall go; what is left out stays as it is. */
export interface PageMove {
  parentId?: number | undefined
  title?: string | undefined
  /** Place among the pages below the new parent. */
  index?: number | undefined
  copy: boolean
}

/** Collectives as the user of `session`; one request for each method. */
export function collectives(session: Session) {
  const send = <T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    subject: string,
    more?: Partial<OcsRequest>,
  ) => ocs(session, schema, { method, path: API + path, subject, ...more })
  const onePage = async (method: string, path: string, subject: string, json?: object) =>
    (await send(OnePage, method, path, subject, json === undefined ? {} : { json })).page

  return {
    /** The collectives of all teams the user is in, or those in the trash. */
    async list(trashed = false): Promise<ApiCollective[]> {
      const path = trashed ? '/trash' : ''
      return (await send(ManyCollectives, 'GET', path, 'the collectives')).collectives
    },

    /**
     * Creates a collective, with a team of its name where there is none.
     * @returns `info`: what Nextcloud says when the team was there already
     * @throws CodedError `CONFLICT` where the name is taken, `BAD_INPUT` where it is too short
     */
    async create(name: string, emoji: string | undefined): Promise<z.infer<typeof OneCollective>> {
      const subject = `the new collective "${name}"`
      try {
        return await send(OneCollective, 'POST', '', subject, { json: { name, emoji } })
      } catch (error) {
        if (isCodedError(error) && error.details.serverMessage?.includes('name is too short')) {
          throw new CodedError('BAD_INPUT', 'The name is too short for a team', error.details)
        }
        throw taken(error, 'There is a collective or a team of this name', 'Choose another name.')
      }
    },

    /** Gives a collective an emoji; `''` takes it away, null would leave it. */
    async setEmoji(collectiveId: number, emoji: string): Promise<void> {
      const json = { emoji }
      await send(z.unknown(), 'PUT', `/${collectiveId}`, collective(collectiveId), { json })
    },

    async trash(collectiveId: number): Promise<void> {
      await send(z.unknown(), 'DELETE', `/${collectiveId}`, collective(collectiveId))
    },

    async restore(collectiveId: number): Promise<void> {
      await send(z.unknown(), 'PATCH', `/trash/${collectiveId}`, collective(collectiveId))
    },

    /** Deletes for good what is in the trash. */
    async delete(collectiveId: number, withTeam: boolean): Promise<void> {
      const path = `/trash/${collectiveId}`
      const query = withTeam ? { query: { circle: '1' } } : {}
      await send(z.unknown(), 'DELETE', path, collective(collectiveId), query)
    },

    async pages(collectiveId: number, trashed = false): Promise<ApiPage[]> {
      const path = `/${collectiveId}/pages${trashed ? '/trash' : ''}`
      return (await send(ManyPages, 'GET', path, collective(collectiveId))).pages
    },

    page: (collectiveId: number, pageId: number) =>
      onePage('GET', `/${collectiveId}/pages/${pageId}`, page(pageId)),

    /** Creates an empty page. A parent that had none below it becomes a folder: its path changes. */
    createPage: (collectiveId: number, parentId: number, title: string) =>
      onePage('POST', `/${collectiveId}/pages/${parentId}`, `the new page "${title}"`, { title }),

    /** Makes the user the one who changed the page last. */
    touchPage: (collectiveId: number, pageId: number) =>
      onePage('GET', `/${collectiveId}/pages/${pageId}/touch`, page(pageId)),

    /** Gives a page an emoji; `''` takes it away, null would leave it. */
    setPageEmoji: (collectiveId: number, pageId: number, emoji: string) =>
      onePage('PUT', `/${collectiveId}/pages/${pageId}/emoji`, page(pageId), { emoji }),

    /** Moves, renames or copies; the index counts only where the parent is another one. */
    movePage: (collectiveId: number, pageId: number, move: PageMove) =>
      onePage('PUT', `/${collectiveId}/pages/${pageId}`, page(pageId), move),

    /** As above, to another collective; nothing is answered. */
    async movePageTo(collectiveId: number, pageId: number, target: number, move: PageMove) {
      const path = `/${collectiveId}/pages/${pageId}/to/${target}`
      await send(z.unknown(), 'PUT', path, page(pageId), { json: move })
    },

    /** Puts the pages below a page into an order, which the API takes as JSON in a string. */
    orderPages: (collectiveId: number, parentId: number, order: readonly number[]) =>
      onePage('PUT', `/${collectiveId}/pages/${parentId}/subpageOrder`, page(parentId), {
        subpageOrder: JSON.stringify(order),
      }),

    trashPage: (collectiveId: number, pageId: number) =>
      onePage('DELETE', `/${collectiveId}/pages/${pageId}`, page(pageId)),

    restorePage: (collectiveId: number, pageId: number) =>
      onePage('PATCH', `/${collectiveId}/pages/trash/${pageId}`, page(pageId)),

    /** Pages found in the full-text index, which a background job of Nextcloud builds. */
    async search(collectiveId: number, query: string): Promise<ApiPage[]> {
      const path = `/${collectiveId}/search`
      const more = { query: { searchString: query } }
      return (await send(ManyPages, 'GET', path, collective(collectiveId), more)).pages
    },

    async tags(collectiveId: number): Promise<ApiTag[]> {
      const shape = z.object({ tags: list(ApiTag) })
      return (await send(shape, 'GET', `/${collectiveId}/tags`, collective(collectiveId))).tags
    },

    /** @throws CodedError `CONFLICT` where the collective has a tag of this name */
    async createTag(collectiveId: number, name: string, color: string): Promise<ApiTag> {
      const subject = `the new tag "${name}"`
      try {
        const json = { name, color }
        const path = `/${collectiveId}/tags`
        return (await send(z.object({ tag: ApiTag }), 'POST', path, subject, { json })).tag
      } catch (error) {
        throw taken(error, 'The collective has a tag of this name', 'See collectives_get_tags.')
      }
    },

    setTag: (collectiveId: number, pageId: number, tagId: number, assigned: boolean) =>
      onePage(
        assigned ? 'PUT' : 'DELETE',
        `/${collectiveId}/pages/${pageId}/tags/${tagId}`,
        `page ${pageId} or tag ${tagId}`,
      ),
  }
}

/** Names that are taken are answered with 400, which is not said of anything else here. */
function taken(error: unknown, message: string, hint: string): unknown {
  if (!hasCode(error, 'BAD_INPUT') || error.details.status !== 400) return error
  return withDetails(new CodedError('CONFLICT', message, error.details), message, { hint })
}

function collective(collectiveId: number): string {
  return `collective ${collectiveId}`
}

function page(pageId: number): string {
  return `page ${pageId}`
}
