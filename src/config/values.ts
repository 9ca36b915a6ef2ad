/** What settings are made of: the shapes that several of them share. */
import { z } from 'zod'

/** Words that people write for yes and no; anything else is an error, not a no. */
export const flag = z.string().transform((value, context) => {
  const word = value.trim().toLowerCase()
  if (['true', '1', 'yes', 'on'].includes(word)) return true
  if (['false', '0', 'no', 'off'].includes(word)) return false
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
})

/** Names separated by commas. */
export const names = z.string().transform(value =>
  value
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== ''),
)

/** An address of any path, without slashes at its end. */
export const address = z.string().transform((value, context) => {
  const text = value.trim().replace(/\/+$/, '')
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const fix = /^[\w.-]+(:\d+)?(\/|$)/.test(text) ? `, as in https://${text}` : ''
    context.addIssue({ code: 'custom', message: `must be an http or https address${fix}` })
    return z.NEVER
  }
  if (url.username !== '' || url.password !== '') {
    context.addIssue({ code: 'custom', message: 'must not contain a user name or password' })
    return z.NEVER
  }
  if (url.search !== '' || url.hash !== '') {
    context.addIssue({ code: 'custom', message: 'must not contain ? or #' })
    return z.NEVER
  }
  return text
})

/** A TCP port; 0: any that is free. */
export const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .pipe(z.int().min(0).max(65_535))

/** A span of time, in seconds. */
export const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a number of seconds')
  .transform(Number)
  .pipe(z.number().min(0.1, 'must be at least 0.1').max(600, 'must be at most 600'))

/** A whole number between two others. */
export const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))

/** One setting. */
export interface Setting {
  readonly schema: z.ZodType
  /** Text of the default; undefined where there is none. */
  readonly default?: string
  /** For the documentation and the error messages. */
  readonly about: string
}

/** A setting without a default. */
export const setting = <S extends z.ZodType>(about: string, schema: S) => ({ about, schema })
/** A setting with one. */
export const withDefault = <S extends z.ZodType>(about: string, schema: S, text: string) => ({
  about,
  schema,
  default: text,
})
