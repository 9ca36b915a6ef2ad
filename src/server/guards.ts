/**
 * Host and Origin guards. A page in the user's browser can reach a server on loopback, by DNS
 * rebinding even with a foreign name; the names it comes under tell it from a real client.
 */
import { localhostAllowedHostnames, validateHostHeader } from '@modelcontextprotocol/server'
import { isLoopback, type ListenConfig } from '../config/config.ts'

/** Refuses requests that come under a name or from a web page that is not allowed. */
export interface Guards {
  /** The answer to a request that is refused; undefined for one that may pass. */
  refusal(request: Request): Response | undefined
  /** Whether a page of this origin may call and read the answers. */
  allowsOrigin(origin: string): boolean
}

/** Guards for where this server listens and under which names it is known. */
export function createGuards(listen: ListenConfig): Guards {
  const loopback = isLoopback(listen.host)
  const publicUrl = URL.parse(listen.publicUrl ?? '')
  const named = [...listen.allowedHosts.map(hostnameOf), ...(publicUrl ? [publicUrl.hostname] : [])]
  // Beyond loopback a server has names that it cannot know: it checks them when told any.
  const hostnames =
    listen.allowedHosts.includes('*') || (!loopback && named.length === 0)
      ? undefined
      : [...localhostAllowedHostnames(), bracketed(listen.host), ...named]
  const origins = new Set(listen.allowedOrigins.map(origin => origin.replace(/\/+$/, '')))
  if (publicUrl) origins.add(publicUrl.origin)

  const allowsOrigin = (origin: string) => {
    if (origins.has(origin) || origins.has('*')) return true
    const hostname = URL.parse(origin)?.hostname
    return loopback && hostname !== undefined && localhostAllowedHostnames().includes(hostname)
  }
  return {
    allowsOrigin,
    refusal(request) {
      const host = request.headers.get('host')
      if (hostnames !== undefined) {
        const checked = validateHostHeader(host, hostnames)
        if (!checked.ok) {
          return refused(
            `${checked.message}. If clients use this name, add it to MCP_ALLOWED_HOSTS.`,
          )
        }
      }
      const origin = request.headers.get('origin')
      if (origin !== null && !allowsOrigin(origin)) {
        return refused(
          `Origin ${origin} is not allowed. If a web client on it is meant to call, add it to MCP_ALLOWED_ORIGINS.`,
        )
      }
      return undefined
    },
  }
}

function hostnameOf(name: string): string {
  return URL.parse(`http://${name}`)?.hostname ?? name
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

function refused(message: string): Response {
  return Response.json(
    { jsonrpc: '2.0', error: { code: -32_000, message }, id: null },
    { status: 403 },
  )
}
