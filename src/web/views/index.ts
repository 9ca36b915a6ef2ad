/** The pages: functions from data to a whole HTML document. */
export {
  type Access,
  type Area,
  SCOPES_FIELD,
  type ScopeArea,
  type ScopeChoice,
  scopeAreas,
} from './areas.ts'
export * from './consent.ts'
export { CSRF_FIELD, type PageContext } from './context.ts'
export * from './log.ts'
export * from './message.ts'
export * from './overview.ts'
export * from './search.ts'
export * from './sign-in.ts'
