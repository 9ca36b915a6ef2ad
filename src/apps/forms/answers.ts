/** From answers as a person gives them to answers as Forms takes them. */
import { badInput } from '../../nextcloud/errors.ts'
import type { Form, Question } from './api.ts'

/** Questions of which more than one option can be chosen. */
const SEVERAL = new Set(['multiple', 'ranking'])
/** Questions that text does not answer. */
const NOT_TEXT = new Map([
  ['file', 'takes a file, which only people can send'],
  ['grid', 'is a table, which only people can fill in'],
])
/** What Forms wants before an answer that is none of the options. */
const OTHER = 'system-other-answer:'

/** Answers by question, one or several. */
export type GivenAnswers = Readonly<Record<string, string | readonly string[]>>

/**
 * The answers to a form, with the ids of options in place of their texts. Questions left open are
 * left out: Forms fails on empty answers to some.
 * @param given by the id of a question, or its exact text
 * @throws CodedError `BAD_INPUT` that names every wrong, missing and unknown answer
 */
export function checkedAnswers(form: Form, given: GivenAnswers): Record<string, string[]> {
  const problems: string[] = []
  const answers = new Map<number, string[]>()
  for (const [key, value] of Object.entries(given)) {
    const [question, ...others] = questionsOf(form, key)
    if (question === undefined) problems.push(`there is no question "${key}"`)
    else if (others.length > 0) problems.push(`"${key}" is more than one question: give its id`)
    else if (answers.has(question.id)) problems.push(`"${question.text}" is answered twice`)
    else answers.set(question.id, valuesFor(question, [value].flat(), problems))
  }
  for (const { id, text, isRequired } of form.questions) {
    if (isRequired && !answers.get(id)?.length) problems.push(`"${text}" must be answered`)
  }
  if (problems.length > 0) {
    throw badInput(
      `The answers do not fit the form: ${problems.join('; ')}`,
      'nc_forms_get_form tells its questions and their options.',
    )
  }
  return Object.fromEntries([...answers].filter(([, values]) => values.length > 0))
}

function questionsOf({ questions }: Form, key: string): Question[] {
  const withId = questions.filter(({ id }) => String(id) === key)
  return withId.length > 0 ? withId : questions.filter(({ text }) => text === key)
}

function valuesFor(question: Question, values: readonly string[], problems: string[]): string[] {
  const { type, text, options, extraSettings } = question
  const given = values.filter(value => value.trim() !== '')
  if (given.length === 0) return given
  const unfit = NOT_TEXT.get(type)
  if (unfit !== undefined) {
    problems.push(`"${text}" ${unfit}`)
    return given
  }
  const isRange = extraSettings.dateRange || extraSettings.timeRange
  if (isRange && given.length !== 2) problems.push(`"${text}" takes two answers, from and to`)
  if (given.length > 1 && !isRange && !SEVERAL.has(type))
    problems.push(`"${text}" takes one answer`)
  if (options.length === 0) return given
  const chosen = given.flatMap(value => {
    const option =
      options.find(each => each.text === value) ?? options.find(({ id }) => String(id) === value)
    if (option !== undefined) return String(option.id)
    if (extraSettings.allowOtherAnswer) return `${OTHER}${value}`
    problems.push(
      `"${text}" has no option "${value}", but ${options.map(each => each.text).join(', ')}`,
    )
    return []
  })
  const distinct = [...new Set(chosen)]
  if (type === 'ranking' && distinct.length < options.length) {
    problems.push(`"${text}" takes all its options, best first`)
  }
  return distinct
}
