/** Where this process listens. */
import type { Settings } from './schema.ts'

/** Where this process listens, and under which names it is known. */
export interface ListenConfig {
  transport: 'http' | 'stdio'
  host: string
  port: number
  allowedHosts: string[]
  allowedOrigins: string[]
  /** Public address without `/mcp`, where it differs from the one listened on. */
  publicUrl: string | undefined
}

/** The settings that say where to listen. */
export function listenConfig(settings: Settings): ListenConfig {
  return {
    transport: settings.MCP_TRANSPORT,
    host: settings.MCP_HOST,
    port: settings.MCP_PORT,
    allowedHosts: settings.MCP_ALLOWED_HOSTS,
    allowedOrigins: settings.MCP_ALLOWED_ORIGINS,
    publicUrl: settings.NEXTCLOUD_MCP_SERVER_URL,
  }
}

/** A name without dots is one of the containers or machines beside this one. */
export function isLocalName(host: string): boolean {
  return !host.includes('.') && !host.startsWith('[')
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.')
}
