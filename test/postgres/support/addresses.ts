/** Addresses of databases, also for processes that are no tests. */
import { type DatabaseAddress, parseDatabaseUrl } from '../../../src/config/database-url.ts'

/** The address of a database, which must be one. */
export function addressOf(url: string): DatabaseAddress {
  const address = parseDatabaseUrl(url)
  if ('problem' in address) throw new Error(address.problem)
  return address
}
