import { createHash } from 'node:crypto'
import { type Instance, isEnabled } from '../instance.ts'
import { type OcsCall, type OcsResult, ocsData } from './envelope.ts'

/** GET core/navigation/apps: the enabled apps that have a page of their own. */
export function navigation(call: OcsCall): OcsResult {
  const absolute = ['true', '1'].includes(String(call.parameters.absolute))
  const base = absolute ? call.instance.url : call.instance.settings.basePath
  const apps = entries(call.instance, base)
  const hash = createHash('md5').update(JSON.stringify(apps)).digest('hex')
  return ocsData(apps, { ETag: `"${hash}"` })
}

function entries(instance: Instance, base: string): object[] {
  const known = [
    { id: 'files', name: 'Files', order: 0 },
    { id: 'spreed', name: 'Talk', order: 3 },
    { id: 'mail', name: 'Mail', order: 3 },
    { id: 'contacts', name: 'Contacts', order: 4 },
    { id: 'calendar', name: 'Calendar', order: 5 },
    { id: 'notes', name: 'Notes', order: 10 },
    { id: 'deck', name: 'Deck', order: 10 },
    { id: 'polls', name: 'Polls', order: 51 },
    { id: 'forms', name: 'Forms', order: 77 },
    { id: 'collectives', name: 'Collectives', order: 30 },
    { id: 'tasks', name: 'Tasks', order: 100 },
    { id: 'tables', name: 'Tables', order: 100 },
    { id: 'news', name: 'News', order: 100 },
    { id: 'cookbook', name: 'Cookbook', order: 100 },
  ]
  return known
    .filter(({ id }) => isEnabled(instance, id))
    .map(({ id, name, order }, index) => ({
      id,
      order,
      href: `${base}/apps/${id}/`,
      icon: `${base}/apps/${id}/img/app.svg`,
      type: 'link',
      name,
      active: false,
      classes: '',
      unread: 0,
      app: id,
      default: index === 0,
    }))
}
