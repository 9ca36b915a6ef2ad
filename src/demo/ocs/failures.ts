/** Thrown by a route that refuses: becomes a failed result. */
export class OcsRefusal extends Error {
  override name = 'OcsRefusal'
  readonly statuscode: number

  constructor(statuscode: number, message = '') {
    super(message)
    this.statuscode = statuscode
  }
}

/**
 * Thrown by a route where Nextcloud itself fails, as it does for a parameter that is missing: it
 * answers 500, and XML whatever was asked for.
 */
export class OcsFault extends Error {
  override name = 'OcsFault'
}
