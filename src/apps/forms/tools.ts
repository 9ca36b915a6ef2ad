/** The tools of the Forms app. */
import { z } from 'zod'
import { Page, pageOf } from '../../mcp/page.ts'
import { defineTool } from '../../mcp/tool.ts'
import { encodeSegment } from '../../nextcloud/dav/paths.ts'
import { CodedError, hasCode } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { checkedAnswers } from './answers.ts'
import { type Form, type FormSummary, forms, type Submission } from './api.ts'

const Summary = z.object({
  id: z.int(),
  title: z.string(),
  permissions: z.array(z.string()).describe('What the user may do: submit, results, edit'),
  expires: z.int().nullable().describe('Seconds since 1970'),
  last_updated: z.int().describe('Seconds since 1970'),
  submissions: z.int().nullable().describe('null: not told to the user'),
  url: z.string(),
})

const Answered = z.object({
  id: z.int(),
  user: z.string(),
  timestamp: z.int().describe('Seconds since 1970'),
  answers: z.record(z.string(), z.array(z.string())).describe('Id of the question to answers'),
})

const formId = z.int().min(1)

export const listForms = defineTool({
  name: 'nc_forms_list_forms',
  title: 'List forms',
  description: "Lists the user's forms and those shared with them, latest change first.",
  scopes: ['forms:read'],
  effect: 'read',
  untrusted: true,
  input: Page,
  output: z.object({
    forms: z.array(Summary.extend({ shared: z.boolean().describe('By somebody else') })),
    total: z.int(),
    next_offset: z.int().optional().describe('Only where there is more'),
  }),
  async run({ session }, args) {
    const api = forms(session)
    const [owned, shared] = await Promise.all([api.list('owned'), api.list('shared')])
    const all = [
      ...owned.map(form => ({ ...summary(session, form), shared: false })),
      ...shared.map(form => ({ ...summary(session, form), shared: true })),
    ].toSorted((a, b) => b.last_updated - a.last_updated)
    const { page, next } = pageOf(all, args)
    return { forms: page, total: all.length, ...next }
  },
})

export const getForm = defineTool({
  name: 'nc_forms_get_form',
  title: 'Read a form',
  description: 'Reads a form with its questions; on request with what was answered.',
  scopes: ['forms:read'],
  effect: 'read',
  untrusted: true,
  input: z.object({
    form_id: formId,
    include_results: z.boolean().default(false).describe("All, or the user's own"),
    limit: z.int().min(1).max(500).default(50).describe('Of the results'),
    offset: z.int().min(0).default(0),
  }),
  output: Summary.extend({
    description: z.string(),
    owner: z.string(),
    anonymous: z.boolean().describe('Nobody learns who answered'),
    can_submit: z.boolean().describe('Whether it takes answers from the user now'),
    questions: z.array(
      z.object({
        id: z.int(),
        text: z.string(),
        description: z.string(),
        type: z.string(),
        required: z.boolean(),
        options: z.array(z.object({ id: z.int(), text: z.string() })).optional(),
        other: z.literal(true).optional().describe('Takes other answers than its options, too'),
        range: z.literal(true).optional().describe('Takes two answers, from and to'),
      }),
    ),
    results: z.array(Answered).optional(),
    total_results: z.int().optional(),
    next_offset: z.int().optional().describe('Only where there are more results'),
  }),
  async run({ session }, { form_id, include_results, limit, offset }) {
    const api = forms(session)
    const [form, answered] = await Promise.all([
      api.get(form_id),
      include_results
        ? api.submissions(form_id, { limit, offset }).catch(noneOfTheUser)
        : undefined,
    ])
    const end = offset + limit
    return {
      ...full(session, form),
      ...(answered && {
        results: answered.submissions.map(told),
        total_results: answered.total,
        ...(end < answered.total ? { next_offset: end } : {}),
      }),
    }
  },
})

export const submitForm = defineTool({
  name: 'nc_forms_submit',
  title: 'Answer a form',
  description:
    "Sends the user's answers to a form, which others then see. Most forms take them once.",
  scopes: ['forms:write'],
  effect: 'create',
  openWorld: true,
  untrusted: true,
  input: z.object({
    form_id: formId,
    answers: z
      .record(z.string(), z.union([z.string(), z.array(z.string())]))
      .describe(
        'Id or text of each question to its answer; options by text or id, dates as 2030-01-31, times as 17:00',
      ),
  }),
  output: z.object({ form_id: z.int(), title: z.string(), message: z.string() }),
  async run({ session }, { form_id, answers }) {
    const api = forms(session)
    const form = await api.get(form_id)
    const checked = checkedAnswers(form, answers)
    if (!takesAnswers(form)) {
      throw new CodedError('FORBIDDEN', 'The form takes no answers from the user', {
        subject: `form ${form_id} "${form.title}"`,
        hint: 'It was answered before, has expired or is closed, has all the answers it may have, or was shared for reading only.',
      })
    }
    await api.submit(form_id, checked)
    return { form_id, title: form.title, message: 'Sent.' }
  },
})

/** Forms refuses the results to those who may not see them and have not answered themselves. */
function noneOfTheUser(error: unknown): { submissions: Submission[]; total: number } {
  if (!hasCode(error, 'FORBIDDEN')) throw error
  return { submissions: [], total: 0 }
}

/** Forms itself says only whether the user has answered already. */
function takesAnswers(form: Form): boolean {
  const { canSubmit, permissions, state, expires, isMaxSubmissionsReached } = form
  const isOver = expires > 0 && expires < Date.now() / 1_000
  return (
    canSubmit &&
    permissions.includes('submit') &&
    state === 0 &&
    !isOver &&
    !isMaxSubmissionsReached
  )
}

function summary(session: Session, form: FormSummary): z.input<typeof Summary> {
  return {
    id: form.id,
    title: form.title,
    permissions: form.permissions,
    expires: form.expires || null,
    last_updated: form.lastUpdated,
    submissions: form.submissionCount,
    url: `${session.baseUrl}/index.php/apps/forms/${encodeSegment(form.hash)}`,
  }
}

function full(session: Session, form: Form) {
  return {
    ...summary(session, form),
    description: form.description,
    owner: form.ownerId,
    anonymous: form.isAnonymous,
    can_submit: takesAnswers(form),
    questions: form.questions
      .toSorted((a, b) => a.order - b.order)
      .map(({ id, text, description, type, isRequired, options, extraSettings }) => ({
        id,
        text,
        description,
        type,
        required: isRequired,
        ...(options.length === 0 ? {} : { options }),
        ...(extraSettings.allowOtherAnswer ? { other: true as const } : {}),
        ...(extraSettings.dateRange || extraSettings.timeRange ? { range: true as const } : {}),
      })),
  }
}

function told({ id, userDisplayName, userId, timestamp, answers }: Submission) {
  const byQuestion: Record<string, string[]> = {}
  for (const { questionId, text } of answers) {
    byQuestion[questionId] = [...(byQuestion[questionId] ?? []), text]
  }
  return { id, user: userDisplayName || userId, timestamp, answers: byQuestion }
}
