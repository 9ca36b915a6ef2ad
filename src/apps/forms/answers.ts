/** From answers as a person gives them to answers as Forms takes them. */
import { badInput } from '../../nextcloud/errors.ts'
import type { Form, Question } from './api.ts'

/** Questions of which more than one option can be chosen. */
const SEVERAL = new Set(['multiple'])
/** Questions answered by a file, which has to be uploaded before. */
const FILES = new Set(['file'])

/** Answers by question, one or several. */
export type GivenAnswers = Readonly<Record<string, string | readonly string[]>>

/**
 * The answers to a form, with the ids of options in place of their texts.
 * @param given by the id of a question, or its exact text
 * @throws CodedError `BAD_INPUT` that names every wrong, missing and unknown answer
 */
export function checkedAnswers(form: Form, given: GivenAnswers): Record<string, string[]> {
  const problems: string[] = []
  const answers: Record<string, string[]> = {}
  for (const [key, value] of Object.entries(given)) {
    const question = questionOf(form, key)
    if (question === undefined) problems.push(`there is no question "${key}"`)
    else if (question.id in answers) problems.push(`"${question.text}" is answered twice`)
    else answers[question.id] = valuesFor(question, [value].flat(), problems)
  }
  for (const { id, text, isRequired } of form.questions) {
    if (isRequired && !answers[id]?.length) problems.push(`"${text}" must be answered`)
  }
  if (problems.length > 0) {
    throw badInput(
      `The answers do not fit the form: ${problems.join('; ')}`,
      'nc_forms_get_form tells its questions and their options.',
    )
  }
  return answers
}

function questionOf({ questions }: Form, key: string): Question | undefined {
  const named = questions.filter(({ text }) => text === key)
  return (
    questions.find(({ id }) => String(id) === key) ?? (named.length === 1 ? named[0] : undefined)
  )
}

function valuesFor(question: Question, values: readonly string[], problems: string[]): string[] {
  const { type, text, options } = question
  const given = values.filter(value => value.trim() !== '')
  if (FILES.has(type)) problems.push(`"${text}" takes a file, which only people can send`)
  if (given.length > 1 && !SEVERAL.has(type)) problems.push(`"${text}" takes one answer`)
  if (options.length === 0) return given
  return given.flatMap(value => {
    const option =
      options.find(each => each.text === value) ?? options.find(({ id }) => String(id) === value)
    if (option === undefined) problems.push(`"${text}" has no option "${value}"`)
    return option === undefined ? [] : [String(option.id)]
  })
}
