/** A question of a form. */
export interface Question {
  id: number
  order: number
  type: string
  isRequired: boolean
  text: string
  description: string
  options: { id: number; order: number; text: string }[]
  extraSettings: Record<string, unknown>
}

/** Somebody a form is shared with. */
export interface FormShare {
  id: number
  shareType: number
  shareWith: string
  permissions: string[]
}

/** What somebody answered. */
export interface Submission {
  id: number
  userId: string
  /** Unix seconds. */
  timestamp: number
  answers: { id: number; questionId: number; text: string }[]
}

/** A form. */
export interface Form {
  id: number
  hash: string
  title: string
  description: string
  ownerId: string
  /** Unix seconds. */
  created: number
  lastUpdated: number
  /** Unix seconds; 0: never. */
  expires: number
  /** 0: open; 1: closed; 2: archived. */
  state: number
  questions: Question[]
  shares: FormShare[]
  submissions: Submission[]
}

/** All forms of the instance, by id. */
export interface FormStore {
  forms: Map<number, Form>
  lastId: Record<'form' | 'question' | 'option' | 'share' | 'submission' | 'answer', number>
}

/** No forms. */
export function createForms(): FormStore {
  return {
    forms: new Map(),
    lastId: { form: 0, question: 0, option: 0, share: 0, submission: 0, answer: 0 },
  }
}
