/** What tools and answers take of a context stays within its budgets, and budgets stay tight. */
import { expect, test } from 'vitest'
import { typicalAnswers } from '../../scripts/tokens/answers.ts'
import { BUDGETS } from '../../scripts/tokens/budgets.ts'
import { chosenLists, listsOfApps } from '../../scripts/tokens/lists.ts'

const answers = await typicalAnswers()
const measured = [...chosenLists(), ...listsOfApps(), ...answers]

test.each(measured)('$name: $tokens tokens', ({ name, tokens }) => {
  const budget = BUDGETS[name] ?? 0
  expect(tokens).toBeLessThanOrEqual(budget)
  expect(tokens, 'so much was saved: lower the budget').toBeGreaterThan(budget * 0.9)
})

test('every budget is one of something', () => {
  const names = new Set(measured.map(({ name }) => name))
  expect(Object.keys(BUDGETS).filter(name => !names.has(name))).toEqual([])
})

test('a tool takes 125 tokens of the whole list on average', () => {
  const [everything] = chosenLists()
  expect((everything?.tokens ?? 0) / (everything?.tools ?? 0)).toBeLessThanOrEqual(125)
})

test('measured again, the answers take the same', async () => {
  expect(await typicalAnswers()).toEqual(answers)
})
