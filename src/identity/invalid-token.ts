/** A token that is not accepted. The reason is for the caller; it holds nothing of the token. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'
  readonly code = 'INVALID_TOKEN'

  /** @param reason as in "it has expired" */
  constructor(reason: string) {
    super(`The access token is not accepted: ${reason}`)
  }
}
