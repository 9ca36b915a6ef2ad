/** What every page must know. */
import type { Language } from '../language.ts'

/** Name of the field with the form token, in every form of every page. */
export const CSRF_FIELD = 'csrf'

/** What every page must know. */
export interface PageContext {
  readonly language: Language
  /** Path before `/app`: empty, or `/sub` without a slash at the end. */
  readonly base: string
  /** The form token; goes into every form as {@link CSRF_FIELD}. */
  readonly csrf: string
  /** Who is signed in; absent on pages before that. */
  readonly user?: { readonly id: string; readonly displayName?: string | undefined } | undefined
  /** Address of the Nextcloud, as people know it. */
  readonly nextcloudUrl: string
}

/** Path of the overview. */
export function overviewPath(context: PageContext): string {
  return `${context.base}/app`
}

/** Host of the Nextcloud, as people know it. */
export function nextcloudHost(context: PageContext): string {
  return URL.parse(context.nextcloudUrl)?.host ?? context.nextcloudUrl
}
