import { expect, test } from 'vitest'
import { assignDependent, removeDependent } from '../../../src/apps/deck/tools/relations.ts'
import type { HttpRequest } from '../../../src/nextcloud/request.ts'
import { stubContext } from './stub.ts'

const args = { board_id: 1, stack_id: 2, card_id: 3, dependent_card_id: 4 }
const stack = { id: 2, boardId: 1 }

/** What is sent to Deck where it announces itself so. */
async function sent(announced: object, tool = assignDependent) {
  const requests: HttpRequest[] = []
  const context = stubContext(request => {
    if (request.path.includes('capabilities')) {
      return { ocs: { meta: { statuscode: 200 }, data: { capabilities: announced } } }
    }
    requests.push(request)
    return request.path.endsWith('/boards/1') ? { id: 1, stacks: [stack] } : { id: 3, stackId: 2 }
  })
  const outcome = await tool.run(context, args).catch((error: unknown) => error)
  return { outcome, writes: requests.filter(({ method }) => method !== 'GET') }
}

test.each(['1.18.0', '1.18.0-beta.1', '1.20.3', '2.0.0'])('Deck %s', async version => {
  const { outcome, writes } = await sent({ deck: { version } })
  expect(outcome).toMatchObject({ status_code: 200, card_id: 3 })
  const path = '/index.php/apps/deck/api/v1.0/boards/1/stacks/2/cards/3/dependentCards/4'
  expect(writes).toMatchObject([{ method: 'POST', path }])
  const removed = await sent({ deck: { version } }, removeDependent)
  expect(removed.writes).toMatchObject([{ method: 'DELETE', path }])
})

test.each([
  { deck: { version: '1.17.9' } },
  { deck: { version: '1.2.30' } },
  { deck: { version: 'new' } },
  { deck: {} },
  {},
])('%j is too old or does not say', async announced => {
  const { outcome, writes } = await sent(announced)
  expect(outcome).toMatchObject({ code: 'UNSUPPORTED' })
  expect(writes).toEqual([])
})
