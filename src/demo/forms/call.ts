import type { OcsCall } from '../ocs/envelope.ts'
import type { Form } from './store.ts'

/** A request about a form that the user may see. */
export interface FormCall extends OcsCall {
  form: Form
  userId: string
}
