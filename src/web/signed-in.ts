/** Pages that are only for who is signed in. Others are asked to, and come back. */
import { localPath, type PageRequest, type Visitor } from './browser.ts'
import { fault, type Pages, show, withNextcloud } from './pages.ts'
import { signInPage } from './views/index.ts'

/** A visitor who is known. */
export type SignedIn = Visitor & { readonly user: NonNullable<Visitor['user']> }

/** Guards of the pages. */
export interface ForSignedIn {
  signedIn(c: PageRequest, work: (visitor: SignedIn) => Promise<Response>): Promise<Response>
  /** The same for a form, with its token. */
  submitted(
    c: PageRequest,
    work: (visitor: SignedIn, form: FormData) => Promise<Response>,
  ): Promise<Response>
}

/** @see ForSignedIn */
export function forSignedIn(pages: Pages): ForSignedIn {
  const signedIn: ForSignedIn['signedIn'] = async (c, work) => {
    const visitor = await pages.browsers.visitor(c)
    const { user } = visitor
    if (user === undefined) return askToSignIn(c, pages, visitor)
    return withNextcloud(c, pages, visitor, () => work({ ...visitor, user }))
  }
  return {
    signedIn,
    submitted: (c, work) =>
      signedIn(c, async visitor => {
        const form = await pages.browsers.form(c, visitor)
        return form === undefined ? fault(c, visitor, 'form-expired') : work(visitor, form)
      }),
  }
}

/** The page to sign in on, which leads back to where somebody wanted to go. */
export function askToSignIn(c: PageRequest, pages: Pages, { page }: Visitor): Response {
  const { base, signInAt } = pages
  const here = c.req.method === 'GET' ? pathOf(c, base) : base
  const html = signInPage(page, {
    action: `${base}/app/sign-in`,
    how: signInAt,
    returnTo: localPath(here, base),
  })
  return show(c, html)
}

/** The address that was asked for, as it is known outside. */
function pathOf(c: PageRequest, base: string): string {
  const { pathname, search } = new URL(c.req.url)
  // A proxy in front of a sub-path cuts it off or passes it on.
  return (pathname.startsWith(`${base}/app`) ? '' : base) + pathname + search
}
