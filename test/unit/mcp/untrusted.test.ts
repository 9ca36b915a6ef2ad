import { expect, test } from 'vitest'
import { everyApp } from '../../../src/apps/index.ts'

/** What these tell is of this server, of the instance, or what the user named and wrote. */
const OWN = [
  'nc_users_get_current_user',
  'nc_users_search',
  'nc_notes_search_notes',
  'nc_notes_get_note',
  'nc_notes_get_attachment',
  'nc_calendar_list_calendars',
  'nc_calendar_find_availability',
  'nc_contacts_list_addressbooks',
  'nc_news_list_folders',
  'nc_news_get_status',
  'nc_mail_list_accounts',
  'nc_mail_list_mailboxes',
  'nc_auth_check_status',
  'check_logged_in',
  'check_provisioning_status',
  'nc_get_vector_sync_status',
]

test('all other tools that read say that others may have written what they tell', () => {
  const tools = everyApp().flatMap(app => app.tools)
  const unmarked = tools.filter(({ effect, untrusted }) => effect === 'read' && !untrusted)
  expect(unmarked.map(({ name }) => name)).toEqual(OWN)
})

test('so do all other resources', () => {
  const resources = everyApp().flatMap(app => app.resources ?? [])
  expect(resources.filter(({ untrusted }) => !untrusted).map(({ uri }) => uri)).toEqual([
    'nc://capabilities',
    'notes://settings',
    'nc://Notes/{note_id}/attachments/{attachment_filename}',
    'nc://Notes/{note_id}',
    'cookbook://version',
    'cookbook://config',
  ])
})
