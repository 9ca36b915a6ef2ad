import type { App } from '../../mcp/app.ts'
import { backgroundTools } from './background-tools.ts'
import type { BackgroundService, ConnectionService } from './service.ts'
import { connectionTools } from './tools.ts'

export type * from './service.ts'

/** What callers can do about their own access; undefined services are not offered. */
export function createConnectionApp(services: {
  readonly connection: ConnectionService | undefined
  readonly background: BackgroundService | undefined
}): App {
  const { connection, background } = services
  return {
    id: 'connection',
    title: 'Connection',
    about: 'What the caller may do here, and how to change it',
    always: true,
    tools: [
      ...(connection === undefined ? [] : connectionTools(connection)),
      ...(background === undefined ? [] : backgroundTools(background)),
    ],
  }
}
