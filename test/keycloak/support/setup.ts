/** Before all files: a Keycloak as it comes, for those that need no other. */
import type { TestProject } from 'vitest/node'
import { freePorts } from '../../support/ports.ts'
import { type KeycloakAddress, startKeycloak } from './keycloak.ts'

declare module 'vitest' {
  interface ProvidedContext {
    keycloak: KeycloakAddress
    /** Public address of the MCP server, which the realm knows; nobody listens there yet. */
    serverUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [port] = await freePorts(1)
  const serverUrl = `http://127.0.0.1:${port}`
  const keycloak = await startKeycloak('standard', serverUrl)
  project.provide('keycloak', keycloak.address)
  project.provide('serverUrl', serverUrl)
  return keycloak.close
}
