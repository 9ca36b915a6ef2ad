/** The vault on a database that is open and up to date. */
import { createBrowserSessions } from '../browser-sessions.ts'
import { createPending } from '../pending.ts'
import type { Vault } from '../vault.ts'
import { createAppPasswords } from './app-passwords.ts'
import { createAuditLog } from './audit.ts'
import { createClients } from './clients.ts'
import type { Context } from './context.ts'
import { createLeases } from './leases.ts'
import { check, prune, reencrypt } from './maintenance.ts'
import { createRecords } from './records.ts'
import { createRefreshTokens } from './refresh-tokens.ts'

/** {@link Vault} on a database, which it closes at its end. */
export function createVault(context: Context): Vault {
  const records = createRecords(context)
  return {
    refreshTokens: createRefreshTokens(context),
    appPasswords: createAppPasswords(context),
    clients: createClients(context),
    pending: createPending(records),
    browserSessions: createBrowserSessions(records),
    records,
    audit: createAuditLog(context),
    leases: createLeases(context),
    check: () => check(context),
    reencrypt: () => reencrypt(context),
    prune: () => prune(context),
    close: () => context.database.close(),
  }
}
