/** `doctor`: checks what usually goes wrong between this server and a Nextcloud, and says what to do. */

import { createApps } from '../apps/index.ts'
import { type Config, ConfigError, loadConfig } from '../config/config.ts'
import { enabledApps } from '../nextcloud/capabilities.ts'
import { davUserId } from '../nextcloud/dav/principal.ts'
import { CodedError } from '../nextcloud/errors.ts'
import type { Nextcloud, Session } from '../nextcloud/session.ts'
import { currentUser } from '../nextcloud/user.ts'
import { connectNextcloud } from '../server/connect.ts'
import { instanceStatus } from '../server/health.ts'
import { examineSearch } from './doctor-search.ts'
import { examineBuiltin, examineProvider } from './doctor-sign-in.ts'
import { type Finding, fault, note, ok } from './findings.ts'
import { type CommandOptions, environmentOf } from './options.ts'

/** Oldest release that is still maintained and that the APIs in use are the same in. */
const OLDEST_VERSION = 28
/** Tokens and one-time codes fail beyond a skew of this order. */
const MAX_CLOCK_SKEW_MS = 60_000

/** Prints a line for each check; exit code 1 when one is a fault. */
export async function doctor(options: CommandOptions): Promise<void> {
  let findings: Finding[]
  try {
    const config = loadConfig({ ...environmentOf(options), MCP_TRANSPORT: 'http' })
    findings = await examine(config)
    if (config.search !== undefined) findings.push(...(await examineSearch(config.search)))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    findings = error.problems.map(({ name, message }) => fault(name, message))
  }
  for (const { verdict, subject, text } of findings) {
    process.stdout.write(`${verdict.padEnd(6)}${subject}: ${text}\n`)
  }
  if (findings.some(({ verdict }) => verdict === 'fault')) process.exitCode = 1
}

async function examine(config: Config): Promise<Finding[]> {
  const nextcloud = connectNextcloud(config.nextcloud)
  try {
    const reached = await examineInstance(config, nextcloud)
    if (reached.some(({ verdict }) => verdict === 'fault')) return reached
    const { deployment } = config
    if ('oauth' in deployment) {
      const found =
        deployment.oauth.server === 'builtin'
          ? await examineBuiltin(config, deployment.oauth, nextcloud)
          : await examineProvider(config, deployment)
      return [...reached, ...found]
    }
    if (deployment.mode !== 'single_user_basic') {
      return [...reached, note('credentials', 'not checked: each caller brings their own')]
    }
    const { loginName, password } = deployment
    const session = nextcloud.open({ kind: 'basic', loginName, password })
    return [...reached, ...(await examineLogin(session, loginName))]
  } finally {
    await nextcloud.close()
  }
}

async function examineInstance(config: Config, { http }: Nextcloud): Promise<Finding[]> {
  const { url } = config.nextcloud
  try {
    const status = await instanceStatus(http)
    return [
      status.installed
        ? ok('address', url)
        : fault('address', `${url} is a Nextcloud that is not installed yet`),
      versionFinding(status.versionstring, status.productname),
      ...(status.maintenance
        ? [fault('maintenance', 'on; end it: occ maintenance:mode --off')]
        : []),
      ...(status.needsDbUpgrade ? [fault('upgrade', 'unfinished; run: occ upgrade')] : []),
      tlsFinding(config),
      await clockFinding(http),
    ]
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const isOther = error.details.status !== undefined || /JSON/.test(error.message)
    const hint = isOther
      ? 'The address answers, but not as a Nextcloud. Give the one you open it with in a browser, without /login or /apps.'
      : error.details.hint
    return [fault('address', `${url}: ${error.message}. ${hint ?? ''}`.trim())]
  }
}

function versionFinding(version: string, product: string): Finding {
  const major = Number.parseInt(version, 10)
  if (major >= OLDEST_VERSION) return ok('version', `${product} ${version}`)
  return note(
    'version',
    `${product} ${version} is older than ${OLDEST_VERSION}: not tested, update it`,
  )
}

function tlsFinding({ nextcloud }: Config): Finding {
  if (nextcloud.url.startsWith('http:')) return note('tls', 'none; use https beyond this machine')
  if (!nextcloud.verifySsl) return note('tls', 'the certificate is not checked')
  return ok('tls', nextcloud.caBundle ? `trusted through ${nextcloud.caBundle}` : 'trusted')
}

async function clockFinding(http: Nextcloud['http']): Promise<Finding> {
  const asked = Date.now()
  const reply = await http.send({ method: 'GET', path: '/status.php' }, undefined)
  const theirs = Date.parse(reply.headers.date ?? '')
  if (Number.isNaN(theirs)) return note('clock', 'Nextcloud tells no time')
  const skew = theirs - (asked + Date.now()) / 2
  const seconds = Math.round(Math.abs(skew) / 1_000)
  return Math.abs(skew) <= MAX_CLOCK_SKEW_MS
    ? ok('clock', `${seconds} s apart`)
    : fault('clock', `${seconds} s apart; set both by NTP`)
}

async function examineLogin(session: Session, loginName: string): Promise<Finding[]> {
  let user: Awaited<ReturnType<typeof currentUser>>
  try {
    user = await currentUser(session)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { hint = '' } = error.details
    return [fault('credentials', `${loginName}: ${error.message}. ${hint}`.trim())]
  }
  const davUser = await davUserId(session).catch(() => undefined)
  const enabled = await enabledApps(session)
  return [
    ok('credentials', `accepted for ${loginName}`),
    user.id === loginName
      ? ok('user id', user.id)
      : ok(
          'user id',
          `${user.id}, other than the login name ${loginName}; both are used where they belong`,
        ),
    davUser === undefined
      ? fault('webdav', 'does not answer; check that the proxy lets PROPFIND and REPORT pass')
      : ok('webdav', `principal ${davUser}`),
    ...appFindings(enabled),
  ]
}

function appFindings(enabled: ReadonlySet<string> | undefined): Finding[] {
  if (enabled === undefined) return [note('apps', 'could not be listed')]
  return createApps({ excludedTags: [] }).flatMap(({ id, title, requires }) =>
    requires === undefined || enabled.has(requires)
      ? [ok(`app ${id}`, title)]
      : [note(`app ${id}`, `not installed for this user; its tools are not listed`)],
  )
}
