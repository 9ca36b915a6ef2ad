import { type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import type { FormCall } from './call.ts'
import { canSubmit, permissionsOf, questionJson, submissionJson } from './json.ts'
import type { Question, Submission } from './store.ts'

/** GET submissions: all for those who may see the results, else one's own. */
export function listSubmissions({ instance, form, userId }: FormCall): OcsResult {
  const all = permissionsOf(form, userId).includes('results')
  const submissions = form.submissions.filter(submission => all || submission.userId === userId)
  return ocsData({
    submissions: submissions.map(submission => submissionJson(instance, form, submission)),
    questions: form.questions.map(question => questionJson(form, question)),
    filteredSubmissionsCount: submissions.length,
  })
}

/** POST submissions: question ids to answers; of questions with options, ids of these. */
export function submit({ instance, form, userId, parameters }: FormCall): OcsResult {
  const now = Math.floor(instance.settings.now() / 1000)
  if (form.expires > 0 && form.expires < now)
    return ocsFailure(403, 'This form is no longer taking answers')
  const given = new Map<string, unknown>(
    Object.entries({ ...(parameters.answers as object | undefined) }),
  )
  const answersTo = (question: Question): string[] => {
    const answers = given.get(String(question.id))
    return Array.isArray(answers) ? answers.map(String).filter(Boolean) : []
  }
  const missing = form.questions.find(
    question => question.isRequired && answersTo(question).length === 0,
  )
  if (missing !== undefined) return ocsFailure(400, `Question "${missing.text}" is required.`)
  if (!canSubmit(form, userId)) return ocsFailure(403, 'Already submitted')
  const { lastId } = instance.state.forms
  const answers: Submission['answers'] = []
  for (const question of form.questions) {
    for (const answer of answersTo(question)) {
      const option = question.options.find(({ id }) => String(id) === answer)
      if (question.options.length > 0 && option === undefined) {
        return ocsFailure(400, `Answer "${answer}" for question "${question.text}" is not valid.`)
      }
      const text = option?.text ?? answer
      answers.push({ id: ++lastId.answer, questionId: question.id, text })
    }
  }
  form.submissions.push({ id: ++lastId.submission, userId, timestamp: now, answers })
  return { ...ocsData(null), statuscode: 201 }
}

/** DELETE submissions/ID. */
export function deleteSubmission({ form, matched }: FormCall): OcsResult {
  const left = form.submissions.filter(({ id }) => String(id) !== matched[1])
  if (left.length === form.submissions.length) return ocsFailure(404, "Submission doesn't exist")
  form.submissions = left
  return ocsData(Number(matched[1]))
}
