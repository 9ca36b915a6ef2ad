import { type DavCall, decodePath } from '../dav/call.ts'
import { DavError, davErrorReply } from '../dav/errors.ts'
import { handleFiles } from '../dav/files.ts'
import { type Exchange, header, type Reply, reply } from '../http.ts'
import { type Instance, isEnabled } from '../instance.ts'
import { namesOf } from '../storage/tree.ts'
import { isPassword } from './policy.ts'
import { may, type Share, shareByToken, sharedNode } from './store.ts'

const filesPrefix = '/public.php/dav/files/'

/** Answers what needs no account: the files behind a link, and its page. */
export function handlePublic(instance: Instance, exchange: Exchange): Reply | undefined {
  if (!isEnabled(instance, 'files_sharing')) return undefined
  if (exchange.path.startsWith(filesPrefix)) {
    try {
      return files(instance, exchange)
    } catch (error) {
      if (error instanceof DavError) return davErrorReply(error)
      throw error
    }
  }
  const [, token, download] =
    /^(?:\/index\.php)?\/s\/([^/]+)(\/download)?\/?$/.exec(exchange.path) ?? []
  return token === undefined ? undefined : page(instance, token, download !== undefined)
}

function files(instance: Instance, exchange: Exchange): Reply {
  const [token = '', ...below] = decodePath(exchange.path.slice(filesPrefix.length))
  const share = shareByToken(instance.state, token)
  const node = share && sharedNode(instance.state, share)
  const account = share && instance.state.directory.accounts.get(share.owner)
  if (share === undefined || node === undefined || account === undefined) {
    throw new DavError('ServiceUnavailable', 'Sabre\\DAV\\Exception\\NotFound: ')
  }
  checkPassword(exchange, share)
  if ((share.permissions & may.read) === 0 && exchange.method !== 'PUT') {
    throw new DavError('MethodNotAllowed', 'Only PUT is allowed on files drop')
  }
  const prefix = ['files', share.owner, ...namesOf(node)]
  const call: DavCall = {
    instance,
    identity: { account, loginName: account.id, bearer: false },
    exchange,
    names: [...prefix, ...below],
    root: `${instance.settings.basePath}${filesPrefix}${token}`,
    prefix,
    linkPermissions: share.permissions,
  }
  return handleFiles(call)
}

/** The user name of the credentials means nothing. */
function checkPassword(exchange: Exchange, { password }: Share): void {
  if (password === undefined) return
  const [, encoded] = /^Basic (.+)$/i.exec(header(exchange, 'authorization') ?? '') ?? []
  if (encoded === undefined) throw new DavError('NotAuthenticated')
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  if (isPassword(pair.slice(pair.indexOf(':') + 1), password)) return
  throw new DavError('NotAuthenticated', 'Username or password was incorrect', {
    'WWW-Authenticate': 'Basic realm="Nextcloud", charset="UTF-8"',
  })
}

/** The page of a link; its download leads to the files. */
function page({ state, url }: Instance, token: string, download: boolean): Reply {
  const html = { 'Content-Type': 'text/html; charset=UTF-8' }
  const share = shareByToken(state, token)
  const document = (text: string) => `<!DOCTYPE html><html><body><h1>${text}</h1></body></html>\n`
  if (share === undefined) return reply(404, html, document('Not found'))
  if (!download) return reply(200, html, document('Shared with you'))
  const location =
    share.password === undefined
      ? `${url}${filesPrefix}${token}/?accept=zip`
      : `/s/${token}/authenticate/downloadshare`
  return reply(303, { ...html, Location: location })
}
