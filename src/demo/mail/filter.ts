import type { Address, Mail, MailStore } from './store.ts'

type Test = (mail: Mail) => boolean

const flags: Readonly<Record<string, Test>> = {
  answered: ({ flags }) => flags.has('answered'),
  read: ({ flags }) => flags.has('seen'),
  unread: ({ flags }) => !flags.has('seen'),
  starred: ({ flags }) => flags.has('flagged'),
  important: ({ flags }) => flags.has('important'),
}

/**
 * What a filter such as `subject:report flags:unread` lets pass; undefined where the Mail app
 * fails over it. Words without a colon, and what nobody knows, are passed over, as there.
 */
export function parseFilter(store: MailStore, filter: string): Test | undefined {
  const tests: Test[] = []
  const texts: Test[] = []
  let anyOf = false
  for (const token of filter.split(' ')) {
    const [type = '', encoded] = token.split(':')
    if (encoded === undefined) continue
    const value = decodeURIComponent(encoded.replaceAll('+', ' '))
    const wanted = value.toLowerCase()
    const known = Object.hasOwn(flags, value) ? flags[value] : undefined
    switch (type.toLowerCase()) {
      case 'is':
      case 'not':
        if (value === 'is_important') return undefined
        if (known !== undefined) tests.push(type === 'is' ? known : mail => !known(mail))
        break
      case 'flags':
        for (const name of value.split(',')) {
          if (name === 'attachments') tests.push(({ parts }) => parts.length > 0)
          const test = Object.hasOwn(flags, name) ? flags[name] : undefined
          if (test !== undefined) tests.push(test)
        }
        break
      case 'from':
        texts.push(({ from }) => has([from], wanted))
        break
      case 'to':
      case 'cc':
      case 'bcc': {
        const kind = type as 'to' | 'cc' | 'bcc'
        texts.push(mail => has(mail[kind], wanted))
        break
      }
      case 'subject':
        texts.push(({ subject }) => subject.toLowerCase().includes(wanted))
        break
      case 'body':
        texts.push(({ text, html }) => (html ?? text ?? '').toLowerCase().includes(wanted))
        break
      case 'tags': {
        const ids = value.split(',').map(Number)
        const labels = store.tags.filter(({ id }) => ids.includes(id))
        tests.push(mail => labels.some(({ imapLabel }) => mail.tags.has(imapLabel)))
        break
      }
      case 'start':
        tests.push(({ date }) => date >= Number(value))
        break
      case 'end':
        tests.push(({ date }) => date <= Number(value))
        break
      case 'match':
        anyOf = value === 'anyof'
        break
    }
  }
  const all = [
    ...tests,
    ...(anyOf && texts.length > 0 ? [(mail: Mail) => texts.some(test => test(mail))] : texts),
  ]
  return mail => all.every(test => test(mail))
}

function has(people: readonly Address[], wanted: string): boolean {
  return people.some(({ label, email }) => `${label}\n${email}`.toLowerCase().includes(wanted))
}
