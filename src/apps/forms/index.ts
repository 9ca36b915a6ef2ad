import type { App } from '../../mcp/app.ts'
import { getForm, listForms, submitForm } from './tools.ts'

/** Nextcloud Forms: questions to others, and what they answer. */
export const formsApp: App = {
  id: 'forms',
  title: 'Forms',
  about: 'Forms: questions, answers, results',
  requires: 'forms',
  tools: [listForms, getForm, submitForm],
  toldBy: {
    form_id: 'nc_forms_list_forms',
  },
}
