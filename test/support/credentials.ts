/** Users of an instance, and how they say who they are. */

/** A user of the instance. */
export interface TestUser {
  loginName: string
  password: string
}

/** The `Authorization` header of a user. */
export function basic({ loginName, password }: TestUser): string {
  return `Basic ${Buffer.from(`${loginName}:${password}`).toString('base64')}`
}
