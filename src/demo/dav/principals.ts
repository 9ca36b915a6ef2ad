import { header, type Reply } from '../http.ts'
import { escapeXml } from '../xml.ts'
import { type DavCall, hrefOf, notInCollection, unhandledMethod } from './call.ts'
import { ns } from './multistatus.ts'
import { propfind } from './propfind.ts'
import { collectionProperty, options, type Resource } from './resource.ts'
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
  if (call.exchange.method === 'OPTIONS') return options(call, true)
  if (call.exchange.method !== 'PROPFIND') throw unhandledMethod(call)
  if (kind !== 'users') throw notInCollection(kind ?? '', 'principals')
  const account = call.instance.state.directory.accounts.get(id ?? '')
  if (account === undefined || id === undefined || call.names.length > 3) {
    throw notInCollection(id ?? '', 'users')
  }
  const href = hrefOf(call, call.names, true)
  const resource: Resource = {
    href,
    defaults: [`{${ns.d}}resourcetype`, `{${ns.d}}displayname`],
    property: name => {
      switch (name) {
        case `{${ns.d}}resourcetype`:
          return '<d:principal/>'
        case `{${ns.d}}displayname`:
          return escapeXml(account.displayName)
        case `{${ns.d}}principal-URL`:
          return `<d:href>${href}</d:href>`
        case `{${ns.s}}email-address`:
          return account.email === '' ? undefined : escapeXml(account.email)
      }
      return collectionProperty(call, name)
    },
  }
  return propfind(call, resource)
}
