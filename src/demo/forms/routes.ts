import { randomText } from '../auth.ts'
import { text } from '../http.ts'
import { type OcsCall, type OcsResult, ocsData, ocsFailure } from '../ocs/envelope.ts'
import { type Route, route } from '../ocs/route.ts'
import type { FormCall } from './call.ts'
import {
  formJson,
  optionJson,
  partialJson,
  permissionsOf,
  questionJson,
  shareJson,
} from './json.ts'
import type { Form, Question } from './store.ts'
import { deleteSubmission, listSubmissions, submit } from './submissions.ts'

const app = 'forms'
const api = 'apps/forms/api/v3/forms'
const types = [
  'short',
  'long',
  'multiple',
  'multiple_unique',
  'dropdown',
  'date',
  'time',
  'file',
  'ranking',
]

/** The API of Forms, version 3. */
export const formsRoutes: readonly Route[] = [
  route('GET', api, listForms, app),
  route('POST', api, createForm, app),
  onForm('GET', '', undefined, call => ocsData(formJson(call.instance, call.form, call.userId))),
  onForm('PATCH', '', 'edit', changeForm),
  onForm('DELETE', '', 'edit', deleteForm),
  onForm('GET', '/questions', undefined, ({ form }) =>
    ocsData(form.questions.map(question => questionJson(form, question))),
  ),
  onForm('POST', '/questions', 'edit', addQuestion),
  onForm(
    'GET',
    '/questions/*',
    undefined,
    withQuestion(({ form }, question) => ocsData(questionJson(form, question))),
  ),
  onForm('PATCH', '/questions/*', 'edit', withQuestion(changeQuestion)),
  onForm('DELETE', '/questions/*', 'edit', withQuestion(deleteQuestion)),
  onForm('POST', '/questions/*/options', 'edit', withQuestion(addOptions)),
  onForm('POST', '/shares', 'edit', addShare),
  onForm('GET', '/submissions', undefined, listSubmissions),
  onForm('POST', '/submissions', 'submit', submit),
  onForm('DELETE', '/submissions/*', 'results_delete', deleteSubmission),
]

/** A route for those who may do that with the form; what is missing is an empty page. */
function onForm(
  method: string,
  path: string,
  permission: string | undefined,
  run: (call: FormCall) => OcsResult,
): Route {
  const guarded = (call: OcsCall): OcsResult => {
    const form = call.instance.state.forms.forms.get(Number(call.matched[0]))
    if (form === undefined) return { ...ocsFailure(404), bare: true }
    const userId = call.identity.account.id
    const permissions = permissionsOf(form, userId)
    const allowed =
      permission === undefined ? permissions.length > 0 : permissions.includes(permission)
    return allowed ? run({ ...call, form, userId }) : ocsFailure(403)
  }
  return route(method, `${api}/*${path}`, guarded, app)
}

function withQuestion(run: (call: FormCall, question: Question) => OcsResult) {
  return (call: FormCall): OcsResult => {
    const question = call.form.questions.find(({ id }) => String(id) === call.matched[1])
    if (question === undefined) return ocsFailure(404, "Question doesn't exist")
    return run(call, question)
  }
}

function listForms({ instance, identity, parameters }: OcsCall): OcsResult {
  const userId = identity.account.id
  const shared = parameters.type === 'shared'
  const forms = [...instance.state.forms.forms.values()].filter(
    form => (form.ownerId !== userId) === shared && permissionsOf(form, userId).length > 0,
  )
  return ocsData(forms.map(form => partialJson(form, userId)))
}

function createForm({ instance, identity }: OcsCall): OcsResult {
  const { forms, lastId } = instance.state.forms
  const now = Math.floor(instance.settings.now() / 1000)
  const form: Form = {
    id: ++lastId.form,
    hash: randomText(16),
    title: '',
    description: '',
    ownerId: identity.account.id,
    created: now,
    lastUpdated: now,
    expires: 0,
    state: 0,
    questions: [],
    shares: [],
    submissions: [],
  }
  forms.set(form.id, form)
  return created(formJson(instance, form, form.ownerId, true))
}

function changeForm({ form, parameters }: FormCall): OcsResult {
  const changes = Object.entries({ ...(parameters.keyValuePairs as object | undefined) })
  if (changes.length === 0) return ocsFailure(403, 'Empty keyValuePairs, will not update.')
  const forbidden = changes.find(
    ([key]) => !['title', 'description', 'expires', 'state'].includes(key),
  )
  if (forbidden !== undefined) return ocsFailure(403, `Not allowed to update ${forbidden[0]}`)
  Object.assign(form, Object.fromEntries(changes))
  return ocsData(form.id)
}

function deleteForm({ instance, form }: FormCall): OcsResult {
  instance.state.forms.forms.delete(form.id)
  return ocsData(form.id)
}

function addQuestion({ instance, form, parameters }: FormCall): OcsResult {
  const type = text(parameters.type) ?? ''
  if (!types.includes(type)) return ocsFailure(400, 'Invalid type')
  const question: Question = {
    id: ++instance.state.forms.lastId.question,
    order: form.questions.length + 1,
    type,
    isRequired: false,
    text: text(parameters.text) ?? '',
    description: '',
    options: [],
    extraSettings: {},
  }
  form.questions.push(question)
  return created(questionJson(form, question))
}

function changeQuestion({ parameters }: FormCall, question: Question): OcsResult {
  const {
    isRequired,
    text: words,
    description,
    extraSettings,
  } = {
    ...(parameters.keyValuePairs as Partial<Question> | undefined),
  }
  question.isRequired = isRequired ?? question.isRequired
  question.text = words ?? question.text
  question.description = description ?? question.description
  question.extraSettings = extraSettings ?? question.extraSettings
  return ocsData(question.id)
}

function deleteQuestion({ form }: FormCall, question: Question): OcsResult {
  form.questions = form.questions.filter(other => other !== question)
  return ocsData(question.id)
}

function addOptions({ instance, parameters }: FormCall, question: Question): OcsResult {
  const texts = Array.isArray(parameters.optionTexts) ? parameters.optionTexts : []
  const added = texts.map((option, at) => ({
    id: ++instance.state.forms.lastId.option,
    order: question.options.length + at + 1,
    text: String(option),
  }))
  question.options.push(...added)
  return created(added.map(option => optionJson(question, option)))
}

function addShare({ instance, form, parameters }: FormCall): OcsResult {
  const shareWith = text(parameters.shareWith) ?? ''
  if (!instance.state.directory.accounts.has(shareWith)) {
    return ocsFailure(400, 'Invalid user to share with.')
  }
  const permissions = Array.isArray(parameters.permissions) ? parameters.permissions : ['submit']
  const share = {
    id: ++instance.state.forms.lastId.share,
    shareType: 0,
    shareWith,
    permissions: permissions.map(String),
  }
  form.shares.push(share)
  return created(shareJson(instance, form, share))
}

function created(data: unknown): OcsResult {
  return { ...ocsData(data), statuscode: 201 }
}
