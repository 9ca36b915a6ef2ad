/**
 * Why the app does not do something. `bad` is said as 400, `denied` as 403, `missing` as 404,
 * `internal` as 500; `crash` is an error of PHP, which ends in a page of HTML.
 */
export type Kind = 'bad' | 'denied' | 'missing' | 'internal' | 'crash'

/** Thrown where the app throws; routes differ in what they make of it. */
export class Problem extends Error {
  readonly kind: Kind
  /** Found before the route was reached: told by the status alone, without a body. */
  readonly early: boolean

  constructor(kind: Kind, message = '', early = false) {
    super(message)
    this.kind = kind
    this.early = early
  }
}

/** The HTTP status of each kind. */
export const statusOf: Readonly<Record<Kind, number>> = {
  bad: 400,
  denied: 403,
  missing: 404,
  internal: 500,
  crash: 500,
}

/** The words of the database layer where a thing is not there. */
export function noResult(table: string): string {
  return `Did expect one result but found none when executing: query "SELECT * FROM \`*PREFIX*${table}\` WHERE \`id\` = :dcValue1"; `
}
