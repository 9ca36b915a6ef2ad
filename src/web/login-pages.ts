/** Waiting for the confirmation in Nextcloud, whatever it is for. */
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { isCodedError } from '../nextcloud/errors.ts'
import { securityHeaders } from './headers.ts'
import type { Login } from './logins.ts'
import { fault, go, type Pages, show, withNextcloud } from './pages.ts'
import { donePage, type WaitingState, waitingPage } from './views/index.ts'

/** Adds the pages. */
export function addLoginPages(app: Hono<{ Bindings: HttpBindings }>, pages: Pages): void {
  const { base, browsers, connections, logins } = pages
  const finishOf = ({ finish, id }: Login) => `${base}${finish}?login=${id}`

  app.get('/app/login/:id', async c => {
    const visitor = await browsers.visitor(c)
    return withNextcloud(c, pages, visitor, async () => {
      const login = await logins.look(visitor.browserId, c.req.param('id'))
      if (login === undefined) return fault(c, visitor, 'request-expired')
      // Without scripts the page loads itself again until there is something to go on to.
      if (login.granted !== undefined) return go(c, finishOf(login))
      const here = `${base}/app/login/${login.id}`
      const { purpose, clientName, loginUrl, appPasswordName } = login
      const html = waitingPage(visitor.page, {
        purpose,
        clientName,
        loginUrl,
        appPasswordName,
        stateUrl: `${here}/state`,
        cancelAction: `${here}/cancel`,
      })
      return show(c, html, { keepsOpener: purpose === 'connect' })
    })
  })

  app.get('/app/login/:id/state', async c => {
    const visitor = await browsers.visitor(c)
    const answer = (state: WaitingState) => c.json(state, 200, securityHeaders())
    try {
      const login = await logins.look(visitor.browserId, c.req.param('id'))
      if (login === undefined) return answer({ state: 'failed' })
      return answer(
        login.granted === undefined
          ? { state: 'waiting' }
          : { state: 'done', next: finishOf(login) },
      )
    } catch (error) {
      if (!isCodedError(error)) throw error
      // It may be there again when the page asks next.
      pages.log.debug({ code: error.code }, error.message)
      return answer({ state: 'waiting' })
    }
  })

  app.post('/app/login/:id/cancel', async c => {
    const visitor = await browsers.visitor(c)
    if ((await browsers.form(c, visitor)) === undefined) return fault(c, visitor, 'form-expired')
    const given = await logins.cancel(visitor.browserId, c.req.param('id'))
    if (given?.granted !== undefined) await connections.discard(given.granted)
    if (given?.cancelled !== undefined) return go(c, base + given.cancelled)
    return show(c, donePage(visitor.page, 'cancelled'))
  })
}
