/** A person with a browser, as far as signing in at the test provider goes. */

const MAX_STEPS = 20

/**
 * Opens an authorization request, signs in, agrees, and stops where the provider sends the person
 * back to the client.
 * @returns the address of the client with code and state
 */
export async function signIn(authorization: URL, user: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let next: { url: URL; body?: URLSearchParams } = { url: authorization }
  for (let step = 0; step < MAX_STEPS; step++) {
    const response = await fetch(next.url, {
      method: next.body ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(next.body ? { body: next.body } : {}),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      const url = new URL(location, next.url)
      if (url.origin !== authorization.origin) return url
      next = { url }
      continue
    }
    const page = await response.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1]
    if (action === undefined || prompt === undefined) {
      throw new Error(`stuck at ${next.url.pathname} (${response.status}): ${page.slice(0, 500)}`)
    }
    const fields = { prompt, ...(prompt === 'login' ? { login: user, password: 'any' } : {}) }
    next = { url: new URL(action, next.url), body: new URLSearchParams(fields) }
  }
  throw new Error('the provider goes round in circles')
}
