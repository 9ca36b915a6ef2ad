import { type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { OcsFault } from '../ocs/failures.ts'
import type { FormCall } from './call.ts'
import { canSubmit, permissionsOf, questionJson, submissionJson } from './json.ts'
import type { Question } from './store.ts'

/** GET submissions: all for those who may see the results, else one's own where there are any. */
export function listSubmissions({ instance, form, userId }: FormCall): OcsResult {
  const all = permissionsOf(form, userId).includes('results')
  const submissions = form.submissions.filter(submission => all || submission.userId === userId)
  if (!all && submissions.length === 0) return ocsFailure(403)
  return ocsData({
    submissions: submissions.map(submission => submissionJson(instance, form, submission)),
    questions: form.questions.map(question => questionJson(form, question)),
    filteredSubmissionsCount: submissions.length,
  })
}

/** POST submissions: question ids to answers; of questions with options, ids of these. */
export function submit({ instance, form, userId, parameters }: FormCall): OcsResult {
  const now = Math.floor(instance.settings.now() / 1000)
  if (form.state !== 0 || (form.expires > 0 && form.expires < now))
    return ocsFailure(403, 'This form is no longer taking answers')
  const given = new Map<string, unknown>(
    Object.entries({ ...(parameters.answers as object | undefined) }),
  )
  const answersTo = ({ id }: Question): string[] | undefined => {
    const answers = given.get(String(id))
    return Array.isArray(answers) ? answers.map(String) : undefined
  }
  for (const question of form.questions) {
    const problem = problemOf(question, answersTo(question))
    if (problem !== undefined) return ocsFailure(400, problem)
  }
  if (!canSubmit(form, userId)) return ocsFailure(403, 'Already submitted')
  const { lastId } = instance.state.forms
  const answers = form.questions.flatMap(question =>
    (answersTo(question) ?? []).filter(Boolean).map(answer => {
      const text = question.options.find(({ id }) => String(id) === answer)?.text ?? answer
      return { id: ++lastId.answer, questionId: question.id, text: text.replace(other, '') }
    }),
  )
  form.submissions.push({ id: ++lastId.submission, userId, timestamp: now, answers })
  return { ...ocsData(null), statuscode: 201 }
}

/** Begins an answer that is none of the options. */
const other = 'system-other-answer:'

/** What Forms minds of the answers to one question. */
function problemOf(question: Question, answers: string[] | undefined): string | undefined {
  const { text, type, isRequired, options, extraSettings } = question
  if (isRequired && !answers?.some(Boolean)) return `Question "${text}" is required.`
  if (answers === undefined) return undefined
  const isRange = extraSettings.dateRange || extraSettings.timeRange
  if (isRange && answers.length !== 2) return `Question "${text}" can only have two answers.`
  if (!isRange && answers.length > 1 && type !== 'multiple' && type !== 'ranking') {
    return `Question "${text}" can only have one answer.`
  }
  const isKnown = (answer: string) => options.some(({ id }) => String(id) === answer)
  const unknown = extraSettings.allowOtherAnswer ? undefined : answers.find(one => !isKnown(one))
  if (options.length > 0 && unknown !== undefined) {
    return `Answer "${unknown}" for question "${text}" is not a valid option.`
  }
  // It looks at the first answer without asking whether there is one.
  if (type === 'short' && answers.length === 0) throw new OcsFault()
  if (
    type === 'ranking' &&
    (answers.length !== options.length || new Set(answers).size < answers.length)
  ) {
    return `Ranking for question "${text}" must include all options exactly once.`
  }
  return undefined
}

/** DELETE submissions/ID. */
export function deleteSubmission({ form, matched }: FormCall): OcsResult {
  const left = form.submissions.filter(({ id }) => String(id) !== matched[1])
  if (left.length === form.submissions.length) return ocsFailure(404, "Submission doesn't exist")
  form.submissions = left
  return ocsData(Number(matched[1]))
}
