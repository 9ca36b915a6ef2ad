import { type DavCall, hrefOf } from '../dav/call.ts'
import {
  type Access,
  type Member,
  ownerName,
  sortedMembers,
  syncPrefix,
} from '../dav/collection.ts'
import { ncCom, ns } from '../dav/multistatus.ts'
import { ownProperty } from '../dav/own-properties.ts'
import { placeResource } from '../dav/place.ts'
import {
  collationSet,
  principalHref,
  privilegeSet,
  privileges,
  reportSet,
} from '../dav/privileges.ts'
import { collectionProperty, type Resource } from '../dav/resource.ts'
import { inviteXml } from '../dav/sharing.ts'
import { httpDate } from '../http.ts'
import { parseDocument, propertiesOf, unescapeText } from '../vobject/document.ts'
import { escapeXml } from '../xml.ts'
import { booksOf } from './books.ts'
import { photoOf } from './cards.ts'
import type { AddressBook } from './store.ts'

/** Clark names of the namespaces in use here. */
export const d = (name: string) => `{${ns.d}}${name}`
export const card = (name: string) => `{${ns.card}}${name}`
const oc = (name: string) => `{${ns.oc}}${name}`
const nc = (name: string) => `{${ncCom}}${name}`
const getctag = `{${ns.cs}}getctag`

/** The media type of cards. */
export const cardType = 'text/vcard; charset=utf-8'

/** The address book home of the one who asks. */
export function homeResource(call: DavCall): Resource {
  const { id } = call.identity.account
  const names = ['addressbooks', 'users', id]
  return placeResource(call, {
    names,
    privileges: privileges.all,
    property: name => ownProperty(call, names, name) ?? commonProperty(call, id, name),
    children: () => booksOf(call.instance, id).map(access => bookResource(call, access)),
  })
}

/** An address book as PROPFIND shows it. */
export function bookResource(call: DavCall, access: Access<AddressBook>): Resource {
  const { collection } = access
  const names = ['addressbooks', 'users', call.identity.account.id, access.uri]
  const recent = collection.generated === 'recent'
  return {
    href: hrefOf(call, names, true),
    defaults: recent
      ? ['getlastmodified', 'resourcetype', 'displayname'].map(d).concat(oc('read-only'), getctag)
      : [d('resourcetype')],
    property: name =>
      (recent ? recentProperty(collection, name) : bookProperty(call, access, name)) ??
      ownProperty(call, names, name) ??
      dataProperty(name) ??
      commonProperty(call, collection.owner, name),
    children: () => sortedMembers(collection).map(member => cardResource(call, access, member)),
  }
}

function bookProperty(
  call: DavCall,
  { collection, owned, writable, uri }: Access<AddressBook>,
  name: string,
): string | undefined {
  const system = collection.generated === 'system'
  const names = ['addressbooks', 'users', call.identity.account.id, uri]
  switch (name) {
    case d('resourcetype'):
      return '<d:collection/><card:addressbook/>'
    case d('displayname'): {
      const own = owned ? undefined : ownProperty(call, names, name)
      const title = escapeXml(collection.displayName ?? '')
      if (owned || system) return title
      return own ?? `${title} (${escapeXml(ownerName(call.instance.state.directory, collection))})`
    }
    case card('addressbook-description'):
      return collection.description && escapeXml(collection.description)
    case getctag:
    case `{${ns.s}}sync-token`:
      return String(collection.token)
    case d('sync-token'):
      return `${syncPrefix}${collection.token}`
    case oc('read-only'):
      return owned ? undefined : writable ? '' : '1'
    case oc('owner-principal'):
      if (owned) return undefined
      return system ? 'principals/system/system' : `principals/users/${collection.owner}`
    case nc('owner-displayname'):
      return system ? 'Accounts' : escapeXml(ownerName(call.instance.state.directory, collection))
    case oc('invite'):
      return owned ? inviteXml(call.instance, collection) : ''
    case oc('groups'):
      return groupsOf(collection)
    case d('owner'):
      return system
        ? `<d:href>${hrefOf(call, ['principals', 'system', 'system'], true)}</d:href>`
        : undefined
    case d('current-user-privilege-set'):
      return privilegeSet(writable ? privileges.book : privileges.readOnly)
    case d('supported-report-set'):
      return reportSet(
        ['d:sync-collection'],
        ['card:addressbook-multiget', 'card:addressbook-query'],
      )
  }
  return undefined
}

function recentProperty(collection: AddressBook, name: string): string | undefined {
  switch (name) {
    case d('resourcetype'):
      return '<d:collection/><card:addressbook/>'
    case d('displayname'):
      return escapeXml(collection.displayName ?? '')
    case getctag:
      return `${syncPrefix}${collection.token}`
    case oc('read-only'):
      return '1'
    case d('getlastmodified'):
      return httpDate(collection.token * 1000)
    case d('current-user-privilege-set'):
      return privilegeSet(privileges.nothing)
  }
  return undefined
}

function groupsOf(collection: AddressBook): string {
  const groups = [...collection.members.values()].flatMap(({ data }) =>
    propertiesOf(parseDocument(data).document, 'CATEGORIES').map(({ value }) =>
      unescapeText(value),
    ),
  )
  return [...new Set(groups)].map(group => `<oc:group>${escapeXml(group)}</oc:group>`).join('')
}

function dataProperty(name: string): string | undefined {
  switch (name) {
    case card('supported-address-data'):
      return [
        ['text/vcard', '3.0'],
        ['text/vcard', '4.0'],
        ['application/vcard+json', '4.0'],
      ]
        .map(([type, version]) => {
          return `<card:address-data-type content-type="${type}" version="${version}"/>`
        })
        .join('')
    case card('max-resource-size'):
      return '10000000'
    case card('supported-collation-set'):
      return collationSet('card')
  }
  return undefined
}

function commonProperty(call: DavCall, owner: string, name: string): string | undefined {
  if (name === d('owner')) return principalHref(call, owner)
  return name === d('current-user-principal') ? collectionProperty(call, name) : undefined
}

/** A card as PROPFIND and REPORT show it; `data` is what stands for `address-data`. */
export function cardResource(
  call: DavCall,
  { collection, uri, writable }: Access<AddressBook>,
  member: Member,
  data = escapeXml(member.data).replaceAll('\r', '&#13;'),
): Resource {
  const names = ['addressbooks', 'users', call.identity.account.id, uri, member.uri]
  return {
    href: hrefOf(call, names, false),
    defaults: [
      'getlastmodified',
      'getcontentlength',
      'resourcetype',
      'getetag',
      'getcontenttype',
    ].map(d),
    property: name => {
      switch (name) {
        case d('getlastmodified'):
          return httpDate(member.modified * 1000)
        case d('getcontentlength'):
          return String(Buffer.byteLength(member.data))
        case d('resourcetype'):
          return ''
        case d('getetag'):
          return `&quot;${member.etag}&quot;`
        case d('getcontenttype'):
          return cardType
        case card('address-data'):
          return data
        case nc('has-photo'):
          return photoOf(member.data) === undefined ? '' : '1'
        case d('current-user-privilege-set'):
          return privilegeSet(writable ? privileges.card : privileges.readOnly)
      }
      return ownProperty(call, names, name) ?? commonProperty(call, collection.owner, name)
    },
  }
}
