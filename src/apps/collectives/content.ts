/**
 * What a page says: a Markdown file among the user's files. It moves whenever somebody renames,
 * moves or adds pages, so its path is asked for each time and never kept.
 */
import { isUtf8 } from 'node:buffer'
import { bareEtag, quotedEtag, replyEtag } from '../../nextcloud/dav/etag.ts'
import { encodePath, segmentsOf } from '../../nextcloud/dav/paths.ts'
import { davUserId } from '../../nextcloud/dav/principal.ts'
import { CodedError, hasCode, isCodedError, withDetails } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type ApiPage, collectives } from './api.ts'

/** Larger pages do not fit an answer to a model. */
const MAX_BYTES = 1024 * 1024

/** A page with what it says. */
export interface PageContent {
  page: ApiPage
  content: string
  etag: string
}

/**
 * Where the file of a page lies below the user's files; undefined for one in the trash, and where
 * no file can be.
 */
export function pathOf({
  collectivePath,
  filePath,
  fileName,
}: Pick<ApiPage, 'collectivePath' | 'filePath' | 'fileName'>): string | undefined {
  if (collectivePath === null || fileName === '') return undefined
  try {
    return segmentsOf(`${collectivePath}/${filePath}/${fileName}`).join('/')
  } catch {
    return undefined
  }
}

/**
 * Reads a page; two requests, four where it is moved between them.
 * @throws CodedError `TOO_LARGE` above 1 MiB, `UNSUPPORTED` for what is not UTF-8
 */
export async function readPage(
  session: Session,
  collectiveId: number,
  pageId: number,
): Promise<PageContent> {
  const page = await collectives(session).page(collectiveId, pageId)
  try {
    return await download(session, page)
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error
    const now = await collectives(session).page(collectiveId, pageId)
    if (pathOf(now) === pathOf(page)) throw error
    return download(session, now)
  }
}

async function download(session: Session, page: ApiPage): Promise<PageContent> {
  try {
    const reply = await session.send({
      method: 'GET',
      path: await urlOf(session, page),
      maxBytes: MAX_BYTES,
      expect: [200],
      subject: named(page),
    })
    const etag = replyEtag(reply.headers)
    // Every file comes with one: without it something else has answered.
    if (etag === undefined) throw reply.unusable('something that is not the page')
    // What cannot be shown as it is could not be written back either.
    if (!isUtf8(reply.body)) {
      throw new CodedError('UNSUPPORTED', 'The page is not UTF-8 text', {
        subject: named(page),
        hint: `Read "${pathOf(page)}" with nc_webdav_read_file.`,
      })
    }
    return { page, content: reply.text(), etag }
  } catch (error) {
    if (!hasCode(error, 'TOO_LARGE')) throw error
    throw withDetails(error, 'The page is larger than 1 MiB', {
      subject: named(page),
      hint: `Read parts of "${pathOf(page)}" with nc_webdav_read_file.`,
    })
  }
}

/**
 * Replaces what a page says, if it still has the etag; `*` stands for any. Also makes the user the
 * one who changed it last, which Nextcloud does not do by itself. Three requests.
 * @throws CodedError `CONFLICT` with the current etag when it has another
 */
export async function writePage(
  session: Session,
  collectiveId: number,
  pageId: number,
  content: string,
  etag: string,
): Promise<{ page: ApiPage; etag: string }> {
  const condition = etag.trim() === '*' ? '*' : quotedEtag(etag)
  const api = collectives(session)
  const page = await api.page(collectiveId, pageId)
  const written = await upload(session, page, content, condition)
  // The text is stored: whatever happens to this must not make it look otherwise.
  const touched = await api.touchPage(collectiveId, pageId).catch(() => page)
  return { page: touched, etag: written }
}

/** Puts the text into the file; gives the new etag. */
export async function upload(
  session: Session,
  page: ApiPage,
  content: string,
  condition: string,
): Promise<string> {
  const path = await urlOf(session, page)
  // As for any other file: Nextcloud refuses parallel writes to one.
  return session.account.serialised(`files/write/${pathOf(page)}`, async () => {
    try {
      const reply = await session.send({
        method: 'PUT',
        path,
        headers: { 'content-type': 'text/markdown; charset=utf-8', 'if-match': condition },
        body: content,
        expect: [201, 204],
        subject: named(page),
      })
      const etag = replyEtag(reply.headers)
      // The ETag is Nextcloud's receipt: a page with the right status does not have one.
      if (etag === undefined) throw reply.unusable('no receipt for the page')
      return etag
    } catch (error) {
      if (!isCodedError(error) || error.details.status !== 412) throw error
      const { etag } = error.details
      throw withDetails(error, 'The page has been changed or moved since it was read', {
        ...(etag === undefined ? {} : { etag: bareEtag(etag) }),
        hint: 'Read it again, merge, and repeat with the current etag.',
      })
    }
  })
}

async function urlOf(session: Session, page: ApiPage): Promise<string> {
  const path = pathOf(page)
  if (path === undefined) {
    throw new CodedError('NOT_FOUND', 'The page has no file; it may be in the trash', {
      subject: named(page),
    })
  }
  const userId = await davUserId(session)
  return `/remote.php/dav${encodePath(['files', userId, ...segmentsOf(path)])}`
}

function named(page: ApiPage): string {
  return `page ${page.id} "${page.title}"`
}
