import type { Instance } from '../instance.ts'
import type { Form, FormShare, Question, Submission } from './store.ts'

const everything = ['edit', 'embed', 'results', 'results_delete', 'submit']

/** What a user may do with a form; nothing when it is not shared with them. */
export function permissionsOf(form: Form, userId: string): string[] {
  if (form.ownerId === userId) return everything
  return form.shares.find(({ shareWith }) => shareWith === userId)?.permissions ?? []
}

/** A form in a list. */
export function partialJson(form: Form, userId: string): object {
  const { id, hash, title, expires, lastUpdated } = form
  return {
    id,
    hash,
    title,
    expires,
    lastUpdated,
    permissions: permissionsOf(form, userId),
    partial: true,
    state: form.state,
    lockedBy: null,
    lockedUntil: null,
    ...(form.ownerId === userId && { submissionCount: form.submissions.length }),
  }
}

/** A form in full, as its owner or somebody it is shared with sees it. */
export function formJson(instance: Instance, form: Form, userId: string, isNew = false): object {
  const isOwner = form.ownerId === userId
  const { id, hash, title, description, ownerId, created, expires, lastUpdated } = form
  return {
    id,
    hash,
    title,
    description,
    ownerId,
    fileId: null,
    fileFormat: null,
    created,
    access: { permitAllUsers: false, showToAllUsers: false },
    expires,
    isAnonymous: false,
    submitMultiple: false,
    allowEditSubmissions: false,
    showExpiration: false,
    lastUpdated,
    submissionMessage: null,
    state: isNew ? null : form.state,
    lockedBy: null,
    lockedUntil: null,
    questions: form.questions.map(question => questionJson(form, question)),
    shares: isOwner ? form.shares.map(share => shareJson(instance, form, share)) : [],
    permissions: permissionsOf(form, userId),
    canSubmit: canSubmit(form, userId),
    ...(isOwner && { submissionCount: form.submissions.length }),
  }
}

/** Everybody answers once; owners as often as they like. */
export function canSubmit({ ownerId, submissions }: Form, userId: string): boolean {
  return ownerId === userId || !submissions.some(submission => submission.userId === userId)
}

/** A question with its options. */
export function questionJson(form: Form, question: Question): object {
  const { id, order, type, isRequired, text, description, options, extraSettings } = question
  return {
    id,
    formId: form.id,
    order,
    type,
    isRequired,
    text,
    name: '',
    description,
    extraSettings,
    options: options.map(option => optionJson(question, option)),
    accept: [],
  }
}

/** An option of a question. */
export function optionJson(question: Question, option: Question['options'][number]): object {
  const { id, order, text } = option
  return { id, questionId: question.id, order, text }
}

/** A share, with the name of whom it is for. */
export function shareJson({ state }: Instance, form: Form, share: FormShare): object {
  const displayName = state.directory.accounts.get(share.shareWith)?.displayName ?? ''
  return { ...share, formId: form.id, displayName }
}

/** What somebody answered. */
export function submissionJson({ state }: Instance, form: Form, submission: Submission): object {
  const { id, userId, timestamp, answers } = submission
  return {
    id,
    formId: form.id,
    userId,
    timestamp,
    answers: answers.map(answer => ({ ...answer, submissionId: id, fileId: null })),
    userDisplayName: state.directory.accounts.get(userId)?.displayName ?? userId,
  }
}
