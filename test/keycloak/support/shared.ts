/** The Keycloak that `setup.ts` started, as the files see it that share it. */
import { inject } from 'vitest'
import { type Keycloak, reachKeycloak } from './keycloak.ts'

/** Public address of the MCP server, for which the realm's tokens are. */
export const serverUrl = inject('serverUrl')

export function joinKeycloak(): Promise<Keycloak> {
  return reachKeycloak(inject('keycloak'))
}
