import { header, type Reply } from '../http.ts'
import type { Account } from '../users.ts'
import { childOf, escapeXml } from '../xml.ts'
import { bodyXml, type DavCall, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { DavError } from './errors.ts'
import { multistatus, ncCom, ns, roomOf } from './multistatus.ts'
import { ownProperty, setOwnProperty } from './own-properties.ts'
import { privilegeSet, privileges, reportSet } from './privileges.ts'
import {
  describe,
  multistatusReply,
  propfind,
  propfindHeaders,
  requestedProperties,
} from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { unsupportedReport } from './report.ts'
import { allowed, collectionProperty, options, type Resource } from './resource.ts'
import { search } from './search.ts'

/** The root of WebDAV: finding out who one is, and SEARCH. */
export function handleRoot(call: DavCall): Reply {
  switch (call.exchange.method) {
    case 'OPTIONS':
      return options(call, true)
    case 'PROPFIND':
      return propfind(call, {
        href: `${call.root}/`,
        property: name => collectionProperty(call, name),
        defaults: [`{${ns.d}}resourcetype`],
      })
    case 'SEARCH': {
      const type = header(call.exchange, 'content-type') ?? ''
      if (/text\/xml|application\/xml/.test(type)) return search(call)
    }
  }
  throw unhandledMethod(call)
}

/** `principals/users/ID`: the identity behind a user id. */
export function handlePrincipals(call: DavCall): Reply {
  const [, kind, id] = call.names
  const { method, headers } = call.exchange
  if (method === 'OPTIONS') return options(call, true)
  if (kind !== undefined && kind !== 'users') throw notInCollection(kind, 'principals')
  if (method === 'REPORT') return searchPrincipals(call)
  if (id === undefined) {
    if (method !== 'PROPFIND') throw unhandledMethod(call)
    if (kind !== undefined && headers.depth !== '0') throw notListed()
    return propfind(call, {
      href: hrefOf(call, call.names, true),
      defaults: [`{${ns.d}}resourcetype`],
      property: name => collectionProperty(call, name),
    })
  }
  const account = accountOfAnyCase(call, id)
  if (account === undefined || call.names.length > 3) {
    const begun = method === 'PROPFIND' ? propfindHeaders(call) : {}
    throw new DavError('NotFound', `Principal with name ${id} not found`, begun)
  }
  if (method === 'PROPFIND') return propfind(call, principalResource(call, account))
  if (method === 'PROPPATCH' && id === call.identity.account.id) {
    return proppatch(call, hrefOf(call, call.names, false), change => () => {
      setOwnProperty(call, call.names, change)
    })
  }
  throw unhandledMethod(call)
}

/** Nextcloud takes ids in any case; that of the principal says how it is really written. */
function accountOfAnyCase({ instance }: DavCall, id: string): Account | undefined {
  const { accounts } = instance.state.directory
  const wanted = id.toLowerCase()
  return accounts.get(id) ?? [...accounts.values()].find(one => one.id.toLowerCase() === wanted)
}

/** What sabre/dav says of the collection that holds the principals of all users. */
function notListed(): DavError {
  const message = 'Listing members of this collection is disabled'
  return new DavError('MethodNotAllowed', message, { Allow: allowed })
}

function principalResource(call: DavCall, account: Account): Resource {
  const { id } = account
  const names = ['principals', 'users', id]
  const href = (...path: string[]) => `<d:href>${hrefOf(call, path, true)}</d:href>`
  return {
    href: hrefOf(call, names, true),
    defaults: [`{${ns.d}}resourcetype`],
    property: name => {
      switch (name) {
        case `{${ns.d}}resourcetype`:
          return '<d:collection/><d:principal/>'
        case `{${ns.d}}displayname`:
          return escapeXml(account.displayName)
        case `{${ns.d}}principal-URL`:
        case `{${ns.d}}owner`:
          return href(...names)
        case `{${ns.d}}alternate-URI-set`:
          return mailHref(account)
        case `{${ns.d}}current-user-privilege-set`:
          return privilegeSet(
            id === call.identity.account.id ? privileges.principal : privileges.nothing,
          )
        case `{${ns.d}}supported-report-set`:
          return reportSet()
        case `{${ns.d}}group-member-set`:
        case `{${ns.d}}group-membership`:
          return ''
        case `{${ns.s}}email-address`:
          return account.email === '' ? undefined : escapeXml(account.email)
        case `{${ns.cs}}email-address-set`:
          return account.email === ''
            ? ''
            : `<cs:email-address>${escapeXml(account.email)}</cs:email-address>`
        case `{${ns.cal}}calendar-home-set`:
          return href('calendars', id)
        case `{${ns.cal}}calendar-user-address-set`:
          return mailHref(account) + href(...names)
        case `{${ns.cal}}calendar-user-type`:
          return 'INDIVIDUAL'
        case `{${ns.cal}}schedule-inbox-URL`:
          return href('calendars', id, 'inbox')
        case `{${ns.cal}}schedule-outbox-URL`:
          return href('calendars', id, 'outbox')
        case `{${ns.cal}}schedule-default-calendar-URL`:
          return ownProperty(call, names, name) ?? href('calendars', id, 'personal')
        case `{${ns.card}}addressbook-home-set`:
          return href('addressbooks', 'users', id)
        case `{${ns.cs}}calendar-proxy-read-for`:
        case `{${ns.cs}}calendar-proxy-write-for`:
          return ''
        case `{${ns.cs}}notification-URL`:
          return href('calendars', id, 'notifications')
        case `{${ncCom}}language`:
          return 'en'
      }
      return ownProperty(call, names, name) ?? collectionProperty(call, name)
    },
  }
}

function mailHref({ email }: Account): string {
  return email === '' ? '' : `<d:href>mailto:${escapeXml(email)}</d:href>`
}

/** REPORT `principal-property-search`: who has an address or a name. */
function searchPrincipals(call: DavCall): Reply {
  const body = bodyXml(call)
  if (body?.name !== `{${ns.d}}principal-property-search`) throw unsupportedReport(body)
  const wanted = requestedProperties(body)
  const searches = body.children.filter(({ name }) => name === `{${ns.d}}property-search`)
  const tests = searches.map(search => {
    const property = childOf(search, `{${ns.d}}prop`)?.children[0]?.name ?? ''
    const needle = (childOf(search, `{${ns.d}}match`)?.text ?? '').toLowerCase()
    return (account: Account) => {
      const { email, displayName } = account
      if (property === `{${ns.d}}displayname`) return displayName.toLowerCase().includes(needle)
      return property === `{${ns.s}}email-address` && email.toLowerCase() === needle
    }
  })
  const any = body.attributes.test === 'anyof'
  // Nextcloud answers of the users alone, not of all principals at once.
  const accounts = call.names[1] === 'users' ? call.instance.state.directory.accounts.values() : []
  const found = [...accounts].filter(account =>
    any ? tests.some(test => test(account)) : tests.every(test => test(account)),
  )
  const responses = found.map(account => describe(principalResource(call, account), wanted))
  const xml = multistatus(responses, { room: roomOf(call.names) })
  return multistatusReply(xml, { Vary: 'Brief,Prefer' })
}
