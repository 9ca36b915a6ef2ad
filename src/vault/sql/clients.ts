/** This server's own OAuth clients in a database. */

import { all, get, type Row, run, type Value } from '../../sql/statements.ts'
import type { RowName } from '../errors.ts'
import type { Clients, OAuthClient } from '../vault.ts'
import { note } from './audit.ts'
import { absent, type Context, required, stringList, unseal } from './context.ts'

/** Whom the audit log names where no user is concerned. */
const SYSTEM = 'system'

/** {@link Clients} on a database. */
export function createClients(context: Context): Clients {
  const { database, keyring, now } = context
  const sealed = (text: string | undefined) => (text === undefined ? null : keyring.encrypt(text))
  const entry = (event: string, issuer: string) => ({
    event,
    userId: SYSTEM,
    resourceType: 'issuer',
    resourceId: issuer,
    method: 'oauth',
  })

  return {
    async get(issuer) {
      const row = await database.read(() =>
        get('SELECT * FROM vault_client WHERE issuer = ?', issuer),
      )
      return row && clientOf(context, row)
    },

    async put(client) {
      required({ clientId: client.clientId })
      await database.write(function* () {
        const time = now()
        yield* run(
          `INSERT INTO vault_client (issuer, client_id, client_secret, redirect_uris, issued_at,
             expires_at, registration_token, registration_uri, created_at, updated_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (issuer) DO UPDATE SET client_id = excluded.client_id,
             client_secret = excluded.client_secret, redirect_uris = excluded.redirect_uris,
             issued_at = excluded.issued_at, expires_at = excluded.expires_at,
             registration_token = excluded.registration_token,
             registration_uri = excluded.registration_uri, updated_at = excluded.updated_at`,
          client.issuer,
          client.clientId,
          sealed(client.clientSecret),
          JSON.stringify(client.redirectUris ?? []),
          client.issuedAt ?? null,
          client.expiresAt ?? null,
          sealed(client.registrationToken),
          client.registrationUri ?? null,
          time,
          time,
        )
        yield* note(context, entry('store_oauth_client', client.issuer))
      })
    },

    delete: issuer =>
      database.write(function* () {
        const wasThere = (yield* run('DELETE FROM vault_client WHERE issuer = ?', issuer)) > 0
        if (wasThere) yield* note(context, entry('delete_oauth_client', issuer))
        return wasThere
      }),

    async issuers() {
      const rows = await database.read(() => all('SELECT issuer FROM vault_client ORDER BY issuer'))
      return rows.map(({ issuer }) => String(issuer))
    },
  }
}

function clientOf(context: Context, row: Row): OAuthClient {
  const issuer = String(row.issuer)
  const name: RowName = { table: 'vault_client', key: issuer }
  const opened = (token: Value | undefined) =>
    token === null ? undefined : unseal(context, token, name)
  return {
    issuer,
    clientId: String(row.client_id),
    clientSecret: opened(row.client_secret),
    redirectUris: stringList(row.redirect_uris, name),
    issuedAt: absent(row.issued_at) as number | undefined,
    expiresAt: absent(row.expires_at) as number | undefined,
    registrationToken: opened(row.registration_token),
    registrationUri: absent(row.registration_uri) as string | undefined,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  }
}
