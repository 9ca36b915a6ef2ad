/** Forms: what there is to answer, what was answered, and answering. */

import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { demoBackend } from '../support/backend.ts'
import { callTool, type Harness } from '../support/harness.ts'
import { ocsFetch, startForTwo, type TwoUsers } from '../support/two-users.ts'

let stage: TwoUsers
let h: Harness
let bob: Client
/** A form of alice's: a name that must be given, things to choose, and one of two. */
let form: { id: number; name: number; which: number; one: number }

// The app is not on every Nextcloud: what the demo answers is what a real one was recorded to.
beforeAll(async () => {
  stage = await startForTwo(await demoBackend())
  h = stage.h
  bob = stage.bob
})
afterAll(() => h.close())

const api = async (method: string, path: string, body: object = {}) => {
  const response = await ocsFetch(stage, method, `/forms/api/v3/forms${path}`, body)
  const { ocs } = (await response.json()) as { ocs: { data: { id: number } } }
  return ocs.data
}

beforeEach(async () => {
  const { id } = await api('POST', '')
  await api('PATCH', `/${id}`, { keyValuePairs: { title: 'Survey', description: 'Please' } })
  const question = async (type: string, text: string, optionTexts?: string[]) => {
    const made = await api('POST', `/${id}/questions`, { type, text })
    if (optionTexts) await api('POST', `/${id}/questions/${made.id}/options`, { optionTexts })
    return made.id
  }
  const name = await question('short', 'Name?')
  const which = await question('multiple', 'Which?', ['a', 'b'])
  const one = await question('multiple_unique', 'One?', ['yes', 'no'])
  await api('PATCH', `/${id}/questions/${name}`, { keyValuePairs: { isRequired: true } })
  await api('POST', `/${id}/shares`, { shareType: 0, shareWith: 'bob', permissions: ['submit'] })
  form = { id, name, which, one }
})

const submit = (answers: unknown) => callTool(bob, 'nc_forms_submit', { form_id: form.id, answers })
const results = async () =>
  await h.ok('nc_forms_get_form', { form_id: form.id, include_results: true })

test('are listed, the own and the shared, page by page', async () => {
  const own = await h.ok('nc_forms_list_forms')
  const listed = own.forms.find(({ id }: { id: number }) => id === form.id)
  expect(listed).toMatchObject({ title: 'Survey', shared: false, submissions: 0, expires: null })
  expect(listed.url).toMatch(/\/index\.php\/apps\/forms\/\w{16}$/)
  const { data } = await callTool(bob, 'nc_forms_list_forms', { limit: 1 })
  expect(data).toMatchObject({ untrusted_content: true, forms: [{ shared: true }] })
  expect(data.next_offset).toBe(data.total > 1 ? 1 : undefined)
})

test('a form is read with its questions', async () => {
  const { data } = await callTool(bob, 'nc_forms_get_form', { form_id: form.id })
  expect(data).toMatchObject({
    untrusted_content: true,
    title: 'Survey',
    description: 'Please',
    owner: 'alice',
    permissions: ['submit'],
    can_submit: true,
    submissions: null,
    questions: [
      { id: form.name, text: 'Name?', type: 'short', required: true },
      { id: form.which, options: [{ text: 'a' }, { text: 'b' }], required: false },
      { id: form.one, options: [{ text: 'yes' }, { text: 'no' }] },
    ],
  })
  expect(data).not.toHaveProperty('results')
})

describe('answering', () => {
  test('by id or text of question and option; others read it', async () => {
    const { data } = await submit({ 'Name?': 'Bob', [form.which]: ['a', 'b'], 'One?': 'no' })
    expect(data).toMatchObject({ form_id: form.id, title: 'Survey', message: 'Sent.' })
    expect(data.untrusted_content).toBe(true)
    const read = await results()
    expect(read).toMatchObject({ total_results: 1, submissions: 1 })
    expect(read.results[0]).toMatchObject({
      user: 'Bob Example',
      answers: { [form.name]: ['Bob'], [form.which]: ['a', 'b'], [form.one]: ['no'] },
    })
  })

  test('a second time it is FORBIDDEN, and nothing is sent', async () => {
    await submit({ 'Name?': 'Bob' })
    const requests = await h.requestsOf(async () => {
      const { error } = await submit({ 'Name?': 'Bob again' })
      expect(error).toMatchObject({ code: 'FORBIDDEN', subject: `form ${form.id} "Survey"` })
    })
    expect(requests).toHaveLength(1)
    expect((await results()).total_results).toBe(1)
  })

  test.each([
    [{}, /"Name\?" must be answered/],
    [{ 'Name?': ' ' }, /"Name\?" must be answered/],
    [{ 'Name?': 'B', 'Which?': 'c' }, /"Which\?" has no option "c"/],
    [{ 'Name?': 'B', 'One?': ['yes', 'no'] }, /"One\?" takes one answer/],
    [{ 'Name?': ['B', 'C'] }, /"Name\?" takes one answer/],
    [{ 'Name?': 'B', 'Where?': 'x' }, /no question "Where\?"/],
    ['not answers', /answers/],
  ])('%j is refused and nothing is sent', async (answers, message) => {
    const { error } = await submit(answers)
    expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
    expect((await results()).total_results).toBe(0)
  })

  test('what is left open is left out: Forms fails on it', async () => {
    await api('PATCH', `/${form.id}/questions/${form.name}`, {
      keyValuePairs: { isRequired: false },
    })
    expect((await submit({ 'Name?': '', 'Which?': ['b', 'b', ' '], 'One?': [] })).error).toBe(
      undefined,
    )
    expect((await results()).results[0].answers).toEqual({ [form.which]: ['b'] })
  })

  test('questions of one text are told apart by their ids', async () => {
    const twin = await api('POST', `/${form.id}/questions`, { type: 'short', text: 'Name?' })
    const { error } = await submit({ 'Name?': 'Bob' })
    expect(error?.message).toMatch(/"Name\?" is more than one question: give its id/)
    expect((await submit({ [form.name]: 'Bob', [twin.id]: 'Bobby' })).error).toBe(undefined)
  })

  test('other answers than the options, ranges and rankings', async () => {
    const settings = (id: number, extraSettings: object) =>
      api('PATCH', `/${form.id}/questions/${id}`, { keyValuePairs: { extraSettings } })
    await settings(form.one, { allowOtherAnswer: true })
    const when = await api('POST', `/${form.id}/questions`, { type: 'date', text: 'When?' })
    await settings(when.id, { dateRange: true })
    const rank = await api('POST', `/${form.id}/questions`, { type: 'ranking', text: 'Rank?' })
    await api('POST', `/${form.id}/questions/${rank.id}/options`, { optionTexts: ['x', 'y'] })
    const { data } = await callTool(bob, 'nc_forms_get_form', { form_id: form.id })
    const [, , one, range] = data.questions
    expect([one.other, range.range, data.questions[0].other]).toEqual([true, true, undefined])
    for (const [wrong, message] of [
      [{ 'When?': '2030-01-31' }, /"When\?" takes two answers, from and to/],
      [{ 'Rank?': ['y'] }, /"Rank\?" takes all its options/],
      [{ 'Which?': ['c'] }, /"Which\?" has no option "c"/],
    ] as const) {
      const { error } = await submit({ 'Name?': 'B', ...wrong })
      expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) })
    }
    const dates = ['2030-01-31', '2030-02-01']
    const given = { 'Name?': 'B', 'One?': 'perhaps', 'When?': dates, 'Rank?': ['y', 'x'] }
    expect((await submit(given)).error).toBe(undefined)
    expect((await results()).results[0].answers).toMatchObject({
      [form.one]: ['perhaps'],
      [when.id]: dates,
      [rank.id]: ['y', 'x'],
    })
  })

  test.each([{ expires: 1_000 }, { state: 1 }])('%j takes no answers any more', async over => {
    await api('PATCH', `/${form.id}`, { keyValuePairs: over })
    const { data } = await callTool(bob, 'nc_forms_get_form', { form_id: form.id })
    expect(data.can_submit).toBe(false)
    const requests = await h.requestsOf(async () => {
      const { error } = await submit({ 'Name?': 'Bob' })
      expect(error).toMatchObject({ code: 'FORBIDDEN', hint: expect.stringMatching(/expired/) })
    })
    expect(requests).toHaveLength(1)
  })

  test('an unclear outcome is said, and nothing is sent again', async () => {
    h.proxy.plan(({ method }) => (method === 'POST' ? 'reset' : undefined))
    const requests = await h.requestsOf(async () => {
      const { error } = await submit({ 'Name?': 'Bob' })
      expect(error).toMatchObject({ code: 'UNREACHABLE', outcome_unknown: true })
      expect(error?.hint).toMatch(/nc_forms_get_form/)
    })
    h.proxy.plan(undefined)
    expect(requests.map(request => request.split(' ')[0])).toEqual(['GET', 'POST'])
  })
})

test('who may not see the results sees their own', async () => {
  const own = await callTool(bob, 'nc_forms_get_form', { form_id: form.id, include_results: true })
  expect(own.data).toMatchObject({ title: 'Survey', results: [], total_results: 0 })
  await h.ok('nc_forms_submit', { form_id: form.id, answers: { 'Name?': 'Alice' } })
  await submit({ 'Name?': 'Bob' })
  const args = { form_id: form.id, include_results: true }
  const { data } = await callTool(bob, 'nc_forms_get_form', args)
  expect(data.results.map(({ user }: { user: string }) => user)).toEqual(['Bob Example'])
  const rest = await h.ok('nc_forms_get_form', { ...args, offset: 1 })
  expect(rest.results).toHaveLength(1)
  const paged = await h.ok('nc_forms_get_form', { ...args, limit: 1 })
  expect(paged).toMatchObject({
    total_results: 2,
    next_offset: 1,
    results: [{ user: expect.stringMatching(/Alice|Bob/) }],
  })
})

test('what is missing is NOT_FOUND, what is not shared FORBIDDEN', async () => {
  const { id } = await api('POST', '')
  for (const [form_id, code] of [
    [99_999, 'NOT_FOUND'],
    [id, 'FORBIDDEN'],
  ]) {
    for (const [name, args] of [
      ['nc_forms_get_form', { form_id }],
      ['nc_forms_submit', { form_id, answers: {} }],
    ] as const) {
      const { error } = await callTool(bob, name, args)
      expect(error).toMatchObject({ code, subject: `form ${form_id}` })
    }
  }
})

test('requests per tool', async () => {
  const count = async (name: string, args: Record<string, unknown>) =>
    (await h.requestsOf(() => h.ok(name, args))).length
  expect(await count('nc_forms_list_forms', {})).toBe(2)
  expect(await count('nc_forms_get_form', { form_id: form.id })).toBe(1)
  expect(await count('nc_forms_get_form', { form_id: form.id, include_results: true })).toBe(2)
  expect(await count('nc_forms_submit', { form_id: form.id, answers: { 'Name?': 'x' } })).toBe(2)
})
