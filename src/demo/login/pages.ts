import type { Account } from '../users.ts'
import { escapeXml } from '../xml.ts'

/** A form field nobody sees: name and value. */
type Hidden = [name: string, value: string]

/** The client's wish, and the way to log in. `action` is the grant page with its parameters. */
export function pickerPage(clientName: string, action: URL): string {
  // A form sent by GET drops the query of its action, hence the fields; programs read the action.
  return page(
    'Connect a client',
    `<p>${client(clientName)} asks for access to your account. Log in to decide.</p>
<p><strong>Did you not start this yourself just now?</strong> Then close this page: somebody
else may be trying to get at your data.</p>
<form id="login-form" method="get" action="${escapeXml(action.href)}">
${hidden([...action.searchParams])}
<p><button type="submit">Log in</button></p>
</form>`,
  )
}

/** What the login page needs. */
export interface LoginForm {
  action: string
  requestToken: string
  /** Where to go afterwards, or an empty string. */
  redirectUrl: string
  /** What was typed before. */
  user: string
  /** Why that failed: one of Nextcloud's words for it. */
  problem?: string
}

const problems: Record<string, string> = {
  invalidpassword: 'Wrong account name or password.',
  userdisabled: 'This account is disabled.',
  csrfCheckFailed: 'This page was too old. Please try again.',
  invalidOrigin: 'The form did not come from this page. Please try again.',
}

/** The form for account name and password. */
export function loginPage({ action, requestToken, redirectUrl, user, problem }: LoginForm): string {
  const notice =
    problem === undefined
      ? ''
      : `<p id="problem" role="alert">${escapeXml(problems[problem] ?? problem)}</p>\n`
  const described = problem === undefined ? '' : ' aria-describedby="problem"'
  return page(
    'Log in',
    `${notice}<form name="login" method="post" action="${escapeXml(action)}">
${hidden([
  ['redirect_url', redirectUrl],
  ['requesttoken', requestToken],
])}
<p><label for="user">Account name or email address</label>
<input id="user" name="user" value="${escapeXml(user)}" autocomplete="username"
autocapitalize="none" required${described}></p>
<p><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
required${described}></p>
<p><button type="submit">Log in</button></p>
</form>`,
    // With the site's policy alone browsers would not say where the form came from.
    { requestToken, head: '<meta name="referrer" content="same-origin">' },
  )
}

/** The question whether a client may have an app password. */
export function grantPage(
  clientName: string,
  { id, displayName }: Account,
  action: string,
  tokens: { requestToken: string; stateToken: string },
): string {
  return page(
    'Grant access',
    `<p>You are logged in as ${escapeXml(displayName)} (${escapeXml(id)}).</p>
<p>${client(clientName)} will get an app password for your account. You can revoke it in your
security settings.</p>
<form method="post" action="${escapeXml(action)}">
${hidden([
  ['requesttoken', tokens.requestToken],
  ['stateToken', tokens.stateToken],
])}
<p><button type="submit">Grant access</button></p>
</form>`,
    tokens,
  )
}

/** The end of a login. */
export function donePage(): string {
  return page('Account connected', '<p>The client has what it needs. This page can be closed.</p>')
}

/** Anything that went wrong. */
export function problemPage(message: string): string {
  return page('This did not work', `<p role="alert">${escapeXml(message)}</p>`)
}

/** Where people arrive who only logged in. */
export function startPage(
  { displayName }: Account,
  links: { security: string; logout: string },
): string {
  return page(
    'Nextcloud demo',
    `<p>You are logged in as ${escapeXml(displayName)}. This demo has programs for visitors; for
people there is little to see.</p>
<ul>
<li><a href="${escapeXml(links.security)}">App passwords</a></li>
<li><a href="${escapeXml(links.logout)}">Log out</a></li>
</ul>`,
  )
}

/** The app passwords of a user, each with a button to revoke it. */
export function securityPage(
  { displayName }: Account,
  appPasswords: readonly { id: number; name: string; lastUsed: number }[],
  action: string,
  requestToken: string,
): string {
  const rows = appPasswords.map(({ id, name, lastUsed }) => {
    const time = new Date(lastUsed * 1000).toISOString()
    return `<tr><th scope="row" id="name-${id}">${client(name)}</th>
<td><time datetime="${time}">${time.slice(0, 16).replace('T', ' ')}</time></td>
<td><form method="post" action="${escapeXml(action)}">
${hidden([
  ['requesttoken', requestToken],
  ['revoke', String(id)],
])}
<button type="submit" id="revoke-${id}" aria-labelledby="revoke-${id} name-${id}">Revoke</button>
</form></td></tr>`
  })
  const table = `<table>
<thead><tr><th scope="col">Name</th><th scope="col">Last used (UTC)</th>
<th scope="col">Action</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`
  return page(
    'App passwords',
    `<p>Programs with access to the account of ${escapeXml(displayName)}:</p>
${rows.length === 0 ? '<p>None.</p>' : table}`,
    { requestToken },
  )
}

function client(name: string): string {
  return name.trim() === '' ? 'An unnamed client' : `<strong>${escapeXml(name)}</strong>`
}

function hidden(fields: readonly Hidden[]): string {
  return fields
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeXml(name)}" value="${escapeXml(value)}">`,
    )
    .join('\n')
}

const style =
  'body{font:1em/1.5 sans-serif;max-width:36em;margin:2em auto;padding:0 1em}' +
  'label{display:block}input,button{font:inherit;padding:.3em .6em}strong{word-break:break-word}' +
  'th,td{text-align:left;padding:.2em 1em .2em 0}[role=alert]{border-left:.3em solid;padding:.5em}'

/** A document. Programs find the request token at its head, as in Nextcloud. */
function page(
  title: string,
  content: string,
  { requestToken = '', head = '' }: { requestToken?: string; head?: string } = {},
): string {
  const token = requestToken === '' ? '' : ` data-requesttoken="${escapeXml(requestToken)}"`
  return `<!doctype html>
<html lang="en">
<head${token}>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">${head}
<title>${title} – Nextcloud demo</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
}
