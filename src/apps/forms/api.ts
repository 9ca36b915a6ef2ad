/**
 * The Forms app's HTTP interface, version 3.
 * @see https://github.com/nextcloud/forms/blob/main/docs/API_v3.md
 */
import { z } from 'zod'
import { checkable } from '../../nextcloud/errors.ts'
import { type OcsRequest, ocs } from '../../nextcloud/ocs.ts'
import type { Session } from '../../nextcloud/session.ts'
import { flag, list, looseRecord, number, text } from '../../nextcloud/tolerant.ts'

const API = '/apps/forms/api/v3/forms'

const Option = z.object({ id: z.coerce.number().int(), text: text('') })

const Settings = looseRecord().pipe(
  z.object({
    /** Also answers that are none of the options. */
    allowOtherAnswer: flag(),
    /** Two answers: from and to. */
    dateRange: flag(),
    timeRange: flag(),
  }),
)

const Question = z.object({
  id: z.coerce.number().int(),
  order: number(0),
  type: text(''),
  isRequired: flag(),
  text: text(''),
  description: text(''),
  options: list(Option).catch([]),
  extraSettings: Settings,
})
/** A question as the API gives it. */
export type Question = z.infer<typeof Question>

const FormSummary = z.object({
  id: z.coerce.number().int(),
  hash: text(''),
  title: text(''),
  /** Seconds since 1970; 0: never. */
  expires: number(0),
  lastUpdated: number(0),
  permissions: list(z.string()).catch([]),
  submissionCount: number(null),
})
/** A form as a list gives it. */
export type FormSummary = z.infer<typeof FormSummary>

const Form = FormSummary.extend({
  description: text(''),
  ownerId: text(''),
  isAnonymous: flag(),
  /** Whether the user has not answered yet, or may do so again. */
  canSubmit: flag(true),
  /** 0: open; 1: closed; 2: archived. */
  state: number(0),
  isMaxSubmissionsReached: flag(),
  questions: list(Question).catch([]),
})
/** A form in full. */
export type Form = z.infer<typeof Form>

const Submission = z.object({
  id: z.coerce.number().int(),
  userId: text(''),
  userDisplayName: text(''),
  timestamp: number(0),
  answers: list(z.object({ questionId: number(0), text: text('') })).catch([]),
})
/** What somebody answered. */
export type Submission = z.infer<typeof Submission>

const Submissions = z.object({
  submissions: list(Submission),
  filteredSubmissionsCount: number(null),
})

/** Forms as the user of `session`. */
export function forms(session: Session) {
  const on = <T>(id: number, schema: z.ZodType<T>, path: string, more: Partial<OcsRequest> = {}) =>
    ocs(session, schema, { ...more, path: `${API}/${id}${path}`, subject: `form ${id}` })

  return {
    /** The user's own forms, or those that others shared with them; one request. */
    list: (type: 'owned' | 'shared'): Promise<FormSummary[]> =>
      ocs(session, list(FormSummary), { path: API, query: { type }, subject: 'the forms' }),

    /** One form with its questions; one request. */
    get: (id: number): Promise<Form> => on(id, Form, ''),

    /** What was answered, as far as the user may see it; one request. */
    async submissions(
      id: number,
      { limit, offset }: { limit: number; offset: number },
    ): Promise<{ submissions: Submission[]; total: number }> {
      const query = { limit, offset }
      const found = await on(id, Submissions, '/submissions', { query })
      const { submissions, filteredSubmissionsCount } = found
      const total = filteredSubmissionsCount ?? submissions.length
      // Older versions know no limit and send everything.
      const isWhole = submissions.length > Math.min(limit, Math.max(0, total - offset))
      return {
        submissions: isWhole ? submissions.slice(offset, offset + limit) : submissions,
        total,
      }
    },

    /** Sends answers: question ids to texts, or to ids of options. One request. */
    async submit(id: number, answers: Readonly<Record<string, readonly string[]>>): Promise<void> {
      await checkable(
        on(id, z.unknown(), '/submissions', { method: 'POST', json: { answers } }),
        "The answers may have arrived: look for the user's own with nc_forms_get_form and include_results before repeating.",
      )
    },
  }
}
