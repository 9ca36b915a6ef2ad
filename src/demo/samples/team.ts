import { addCollective, mountAll } from '../collectives/manage.ts'
import { createPage } from '../collectives/pages.ts'
import { notify } from '../notifications/store.ts'
import type { State } from '../state.ts'
import { replaceContent } from '../storage/changes.ts'
import { seconds } from '../storage/tree.ts'

const meeting = `# Meeting notes

- The roof comes in March; Bob asks for a second offer.
- The beds get their water from the barrel.
`

/** What alice and bob do together: a collective, a notification and a status. */
export function fillTeam(state: State): void {
  const { storage } = state
  const collective = addCollective(state, 'alice', 'Garden house', '🏡')
  state.teams.get(collective.circleId)?.members.set('bob', 1)
  mountAll(state)
  const call = { state, collective, userId: 'alice' }
  const [landing] = collective.pages.keys()
  const page = createPage(call, landing ?? 0, 'Meeting notes')
  replaceContent(storage, page, Buffer.from(meeting), {})
  notify(state.notifications, {
    app: 'collectives',
    user: 'bob',
    time: seconds(storage),
    subject: '{user} added you to {collective}',
    subjectParameters: {
      user: { type: 'user', id: 'alice', name: 'Alice Example' },
      collective: { type: 'highlight', id: String(collective.id), name: 'Garden house' },
    },
    message: '',
    messageParameters: {},
    link: '',
  })
  state.statuses.set('bob', {
    status: 'away',
    isChosen: true,
    message: 'In the garden',
    icon: '🌱',
    clearAt: null,
  })
}
