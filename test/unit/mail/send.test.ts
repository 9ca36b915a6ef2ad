import { expect, test } from 'vitest'
import { sendMessage } from '../../../src/apps/mail/tools/send.ts'
import type { Scope } from '../../../src/identity/scopes.ts'
import type { ToolContext } from '../../../src/mcp/tool.ts'
import { createExclusion } from '../../../src/nextcloud/files/exclusion.ts'
import type { Session } from '../../../src/nextcloud/session.ts'

const session = new Proxy({} as Session, {
  get() {
    throw new Error('Nextcloud is asked')
  },
})

const contextOf = (scopes: Scope[]): ToolContext => ({
  user: undefined,
  tools: async () => [],
  granted: async () => new Set(scopes),
  session,
  signal: AbortSignal.timeout(1_000),
  progress() {},
})

test('whoever may send but not read files cannot send files', async () => {
  const mail = { to: 'a@example.org', subject: '', body: '', account_id: 1 }
  const { run } = sendMessage(createExclusion([]))
  const sendWith = (scopes: Scope[], attachments: string[]) => () =>
    run(contextOf(scopes), { ...mail, attachments })
  await expect(sendWith(['mail:send'], ['a.txt'])).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(sendWith(['mail:send', 'files:read'], ['a.txt'])).rejects.toThrow('is asked')
  await expect(sendWith(['mail:send'], [])).rejects.toThrow('is asked')
})
