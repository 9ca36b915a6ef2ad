/**
 * What servers other than Nextcloud cannot do, and so the tests they are spared. Nextcloud and its
 * demo can do everything.
 */
import type { TestContext } from 'vitest'

const SERVERS = ['radicale', 'sabre'] as const
/** A server that calendars and contacts can be on instead of Nextcloud. */
export type DavServerName = (typeof SERVERS)[number]

/** For each ability who lacks it, and what happens there. */
const LACKING = {
  'trash bin': {
    radicale: 'deletes for good',
    sabre: 'deletes for good',
  },
  shares: {
    radicale: 'shares nothing',
    sabre: 'shares nothing',
  },
  subscriptions: {
    radicale: 'knows no such collection',
    sabre: 'knows no such collection',
  },
  'generated books': {
    radicale: 'has no address book of its accounts',
    sabre: 'has no address book of its accounts',
  },
  'free/busy of others': {
    radicale: 'schedules nothing',
    sabre: 'lets nobody see the calendar home of others',
  },
  scheduling: {
    radicale: 'schedules nothing, and tells no mail address of its users',
  },
  'rules without end': {
    radicale: 'follows every rule itself, for minutes',
    sabre: 'follows every rule itself, for minutes',
  },
  'the last days of 9999': {
    sabre: 'fails on them',
  },
  'one card for a uid': {
    sabre: 'does not look at the uids of cards',
  },
  'sync of address books': {
    sabre: 'has no sync-collection: a book that changed is read anew',
  },
  'texts as they were written': {
    radicale: 'writes every object in its own way',
  },
  'cards without FN': {
    radicale: 'refuses them',
  },
  'cards as properties': {
    radicale: 'tells cards by GET and in reports only: one request more',
  },
} satisfies Record<string, Partial<Record<DavServerName, string>>>

export type Ability = keyof typeof LACKING

/** The server for calendars and contacts (`NEXTCLOUD_TEST_DAV`); undefined: Nextcloud itself. */
export const davServer = chosen(process.env.NEXTCLOUD_TEST_DAV)

/** Whether the server has an ability. */
export function can(ability: Ability): boolean {
  return reason(ability) === undefined
}

/** Skips a test, with the reason, where the server lacks what it needs. */
export function needs({ skip }: TestContext, ability: Ability): void {
  const why = reason(ability)
  if (why !== undefined) skip(`${ability}: ${davServer} ${why}`)
}

function reason(ability: Ability): string | undefined {
  const lacking: Partial<Record<DavServerName, string>> = LACKING[ability]
  return davServer === undefined ? undefined : lacking[davServer]
}

function chosen(name: string | undefined): DavServerName | undefined {
  if (name === undefined) return undefined
  const known = SERVERS.find(server => server === name)
  if (known === undefined) throw new Error(`NEXTCLOUD_TEST_DAV is one of ${SERVERS.join(', ')}`)
  return known
}
