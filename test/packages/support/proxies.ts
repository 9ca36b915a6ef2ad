/** The examples of reverse proxies, run as they are save for names, ports and certificates. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nginxIn } from '../../support/nginx.ts'
import { ROOT, read } from './files.ts'
import { freePort, isInstalled, type Serving, serve } from './programs.ts'

/** A proxy that serves `https://localhost:PORT`. */
export interface RunningProxy extends Serving {
  port: number
}

/** One of the programs with its two examples. */
export interface ProxyKind {
  name: string
  isInstalled: boolean
  /** The statuses with which it refuses what is too large; none where the server has to. */
  refusesWith: readonly number[]
  /** Starts it in front of a port of loopback, with a host of its own or below `/mcp-server`. */
  start(upstream: number, where: 'host' | 'subpath', port: number): Promise<RunningProxy>
}

const CERTIFICATE = join(ROOT, 'test/support/tls/server.pem')
const KEY = join(ROOT, 'test/support/tls/server.key')

/** Nginx runs as it comes with Debian. */
const nginx: ProxyKind = {
  name: 'nginx',
  isInstalled: isInstalled('nginx', '-v'),
  refusesWith: [413],
  start: (upstream, where, port) =>
    inFolder(port, where, folder => {
      const listens = `listen 127.0.0.1:${port} ssl;`
      const example =
        where === 'host'
          ? adapted('nginx.conf', [
              ['listen 443 ssl;', listens],
              ['server_name mcp.example.org;', 'server_name localhost;'],
              ['127.0.0.1:8000', `127.0.0.1:${upstream}`],
              ['/etc/ssl/mcp.example.org.pem', CERTIFICATE],
              ['/etc/ssl/mcp.example.org.key', KEY],
            ])
          : `server { ${listens} server_name localhost;
               ssl_certificate ${CERTIFICATE}; ssl_certificate_key ${KEY};
               location / { return 404 "something else"; }
               ${adapted('nginx-subpath.conf', [['127.0.0.1:8000', `127.0.0.1:${upstream}`]])} }`
      return ['nginx', nginxIn(folder, example)]
    }),
}

const caddy: ProxyKind = {
  name: 'Caddy',
  isInstalled: isInstalled('caddy', 'version'),
  // Caddy 2.6, which Debian 12 has, blames the server.
  refusesWith: [413, 502],
  start: (upstream, where, port) =>
    inFolder(port, where, folder => {
      const file = join(folder, 'Caddyfile')
      const site = '{$CADDY_DOMAIN:localhost} {'
      const others = where === 'host' ? '' : 'handle {\nrespond "something else" 404\n}\n'
      const example = adapted(where === 'host' ? 'Caddyfile' : 'Caddyfile.subpath', [
        [site, `${site}\ntls ${CERTIFICATE} ${KEY}\n${others}`],
      ])
      const here = '{\nadmin off\nskip_install_trust\nauto_https disable_redirects\n}\n'
      writeFileSync(file, here + example)
      return [
        'caddy',
        ['run', '--adapter', 'caddyfile', '--config', file],
        {
          HOME: folder,
          CADDY_DOMAIN: `https://localhost:${port}`,
          CADDY_UPSTREAM: `127.0.0.1:${upstream}`,
        },
      ]
    }),
}

const traefik: ProxyKind = {
  name: 'Traefik',
  isInstalled: isInstalled('traefik', 'version'),
  refusesWith: [],
  start: (upstream, where, port) =>
    inFolder(port, where, folder => {
      const [example, name] =
        where === 'host'
          ? ['traefik.yaml', 'mcp.example.org']
          : ['traefik-subpath.yaml', 'example.org']
      const dynamic = adapted(example, [
        [`Host(\`${name}\`)`, 'Host(`localhost`)'],
        ['127.0.0.1:8000', `127.0.0.1:${upstream}`],
        ['{ certResolver: letsencrypt }', '{}'],
      ])
      const certificate = { defaultCertificate: { certFile: CERTIFICATE, keyFile: KEY } }
      const tls = JSON.stringify({ stores: { default: certificate } })
      const file = join(folder, 'dynamic.yaml')
      writeFileSync(file, `${dynamic}\ntls: ${tls}\n`)
      return [
        'traefik',
        [
          `--entryPoints.websecure.address=127.0.0.1:${port}`,
          `--providers.file.filename=${file}`,
          '--global.checkNewVersion=false',
          '--global.sendAnonymousUsage=false',
        ],
      ]
    }),
}

export const PROXIES: readonly ProxyKind[] = [nginx, caddy, traefik]

/** A port for a proxy, which the server behind it has to know before the proxy is there. */
export { freePort }

/** The text of an example, in which each of these must be found. */
function adapted(file: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
      return text.replaceAll(from, to)
    },
    read(`deploy/proxy/${file}`),
  )
}

/** Starts what is told with a folder of its own, which goes when it ends. */
async function inFolder(
  port: number,
  where: 'host' | 'subpath',
  prepare: (folder: string) => [string, string[], Record<string, string>?],
): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'nextcloud-mcp-proxy-'))
  mkdirSync(folder, { recursive: true })
  try {
    const { close } = await serve(() => passesOn(port, where), ...prepare(folder))
    return {
      port,
      async close() {
        await close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Whether it passes on already: some listen before they have read whom to. */
function passesOn(port: number, where: 'host' | 'subpath'): Promise<boolean> {
  return new Promise(resolve => {
    const asked = get(
      {
        host: '127.0.0.1',
        port,
        path: where === 'host' ? '/health/live' : '/mcp-server/health/live',
        headers: { host: 'localhost' },
        servername: 'localhost',
        rejectUnauthorized: false,
        agent: false,
      },
      answer => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    asked.on('error', () => resolve(false))
  })
}
