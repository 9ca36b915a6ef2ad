/** Every secret that a test file gave out or was given, and every line that its servers logged. */

const secrets = new Set<string>()
const lines: string[] = []

/** Shorter ones would be found in any text. */
const SHORTEST = 10

/** Notes a secret, of which nothing may be in the log; gives it back. */
export function remember<T extends string | undefined>(secret: T): T {
  if (secret !== undefined && secret.length >= SHORTEST) secrets.add(secret)
  return secret
}

/** The same for what an `Authorization` header holds. */
export function rememberAuthorization(header: string | undefined): void {
  const [scheme = '', value = ''] = header?.split(' ') ?? []
  remember(value)
  if (!/^basic$/i.test(scheme)) return
  const [, ...password] = Buffer.from(value, 'base64').toString().split(':')
  remember(password.join(':'))
}

/** Notes a line of a log. */
export function watch(line: string): void {
  lines.push(line)
}

/** The secrets that were noted, and the lines. */
export function watched(): { secrets: ReadonlySet<string>; lines: readonly string[] } {
  return { secrets, lines }
}

/** Lines that were logged with a secret in them. */
export function leaks(): string[] {
  return linesWith(secrets, lines)
}

/** Lines with any of the secrets in them, as it is or as addresses and JSON spell it. */
export function linesWith(wanted: Iterable<string>, log: readonly string[]): string[] {
  const all = log.join('')
  const spelt = [...wanted]
    .flatMap(secret => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .filter(secret => all.includes(secret))
  return log.filter(line => spelt.some(secret => line.includes(secret)))
}
