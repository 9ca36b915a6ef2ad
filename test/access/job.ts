/** A process with background jobs of alice; prints what they got, as JSON. */
import { once } from 'node:events'
import { createTokenBroker } from '../../src/access/token-broker.ts'
import { createDiscovery } from '../../src/oidc/discovery.ts'
import { createProviderHttp } from '../../src/oidc/http.ts'
import { refreshGrant, revokeToken } from '../../src/oidc/refresh.ts'
import { openVault } from '../../src/vault/sqlite/open.ts'

const [path = '', keys = '', url = '', id = '', secret = '', task = '', count = '1'] =
  process.argv.slice(2)
const client = { id, secret }
const http = createProviderHttp()
const discovery = createDiscovery({ url, http, nextcloudUrl: 'https://cloud.example.org' })
const vault = await openVault({ path, keys })

/** Stops for good where the provider has answered and nothing of it is stored yet. */
const stuck = () => {
  process.stdout.write('answered\n')
  return new Promise<never>(() => {})
}
const { refreshTokens } = vault
const broker = createTokenBroker({
  vault:
    task === 'stuck' ? { ...vault, refreshTokens: { ...refreshTokens, replace: stuck } } : vault,
  refresh: async token => refreshGrant(await discovery.provider(), client, token),
  revoke: async token => revokeToken(await discovery.provider(), client, token),
})

process.stdout.write('ready\n')
await once(process.stdin, 'data')
const jobs = Array.from({ length: Number(count) }, () => broker.tokenFor('alice'))
const outcomes = (await Promise.allSettled(jobs)).map(outcome =>
  outcome.status === 'fulfilled' ? outcome.value : `${outcome.reason.code}`,
)
discovery.close()
await http.close()
await vault.close()
process.stdout.write(`${JSON.stringify(outcomes)}\n`)
process.stdin.destroy()
