import assert from 'node:assert/strict'
import type { TaskGroup } from './kit/task.ts'
import type { World } from './kit/world.ts'

const FORMS = '/ocs/v2.php/apps/forms/api/v3/forms'
const POLLS = '/ocs/v2.php/apps/polls/api/v1.0'

/** What a request of bob's makes. */
async function made({ send }: World, method: string, path: string, body: object = {}) {
  const response = await send(method, path, body, 'bob')
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text).ocs.data
}

/** Bob asks alice, in a form, who comes and with what. */
async function askInForm(world: World): Promise<void> {
  const form = await made(world, 'POST', FORMS)
  const path = `${FORMS}/${form.id}`
  await made(world, 'PATCH', path, { keyValuePairs: { title: 'Summer party' } })
  await made(world, 'POST', `${path}/questions`, { type: 'short', text: 'Your name' })
  const dish = await made(world, 'POST', `${path}/questions`, {
    type: 'multiple_unique',
    text: 'Dish',
  })
  await made(world, 'POST', `${path}/questions/${dish.id}/options`, {
    optionTexts: ['Salad', 'Cake'],
  })
  await made(world, 'POST', `${path}/shares`, {
    shareType: 0,
    shareWith: 'alice',
    permissions: ['submit'],
  })
}

/** Bob lets alice vote for lunch. */
async function askInPoll(world: World): Promise<void> {
  const { poll } = await made(world, 'POST', `${POLLS}/poll`, { title: 'Lunch', type: 'textPoll' })
  for (const text of ['Pizza', 'Soup']) {
    await made(world, 'POST', `${POLLS}/poll/${poll.id}/option`, { option: { text } })
  }
  await made(world, 'POST', `${POLLS}/poll/${poll.id}/share/user`, { userId: 'alice' })
}

export const asking: TaskGroup = {
  title: 'Forms and polls',
  tasks: [
    {
      says: 'Fill in the form "Summer party" for me: the name is Alice, and I bring a Quiche, or else a Cake.',
      given: askInForm,
      steps: [
        { tool: 'nc_forms_list_forms', seeking: 'forms to fill in', with: () => ({}) },
        {
          tool: 'nc_forms_get_form',
          seeking: 'the questions of a form',
          with: ({ forms }) => ({
            form_id: forms.find(({ title }: { title: string }) => title === 'Summer party').id,
          }),
        },
        {
          tool: 'nc_forms_submit',
          seeking: 'answer a form',
          with: (_, { id, questions: [name, dish] }) => ({
            form_id: id,
            answers: { [name.text]: 'Alice', [dish.text]: 'Quiche' },
          }),
          fails: 'BAD_INPUT',
        },
        {
          tool: 'nc_forms_submit',
          with: (_, { id, questions: [name, dish] }, { error }) => ({
            form_id: id,
            answers: {
              [name.text]: 'Alice',
              [dish.text]: /\bCake\b/.exec(`${error.message} ${error.hint}`)?.[0],
            },
          }),
        },
      ],
      async outcome({ read }, _, { id }) {
        const { submissions } = await read(`${FORMS}/${id}/submissions`, 'bob')
        const answers = submissions[0].answers.map(({ text }: { text: string }) => text)
        assert.deepEqual(answers, ['Alice', 'Cake'])
      },
    },
    {
      says: 'Vote yes for Soup in the poll "Lunch".',
      given: askInPoll,
      steps: [
        {
          tool: 'nc_polls_vote',
          seeking: 'vote in a poll',
          with: () => ({ poll_id: 'Lunch', votes: { Soup: 'yes' } }),
          fails: 'BAD_INPUT',
        },
        { tool: 'nc_polls_list_polls', with: () => ({}) },
        {
          tool: 'nc_polls_vote',
          with: (_, { polls }) => ({
            poll_id: polls.find(({ title }: { title: string }) => title === 'Lunch').id,
            votes: { Soup: 'yes' },
          }),
        },
      ],
      async outcome({ read }, _, __, voted) {
        const { votes } = await read(`${POLLS}/poll/${voted.poll_id}/votes`, 'bob')
        assert.equal(votes.length, 1)
        assert.equal(votes[0].answer, 'yes')
      },
    },
  ],
}
