import type { App } from '../../mcp/app.ts'
import { getForm, listForms, submitForm } from './tools.ts'

/** Nextcloud Forms: questions to others, and what they answer. */
export const formsApp: App = {
  id: 'forms',
  title: 'Forms',
  requires: 'forms',
  tools: [listForms, getForm, submitForm],
}
