/**
 * What is counted and timed. The composition passes on to it what the rooms tell; labels are words
 * out of small sets, never a user, a path or an address.
 */

/** An HTTP request to this server. */
export interface MeteredRequest {
  readonly method: string
  /** One of the few that there are, as `/mcp`. */
  readonly endpoint: string
}

/** A tool call or a resource read. */
export interface MeteredCall {
  readonly kind: 'tool' | 'resource'
  /** As it is in the catalog. */
  readonly name: string
}

/** A request to Nextcloud. */
export interface MeteredNextcloudRequest {
  readonly app: string
  readonly method: string
}

/** How a request to the identity provider, or the check of a token, ended. */
export type Outcome =
  | 'success'
  /** It was refused: the caller's or the user's matter. */
  | 'refused'
  /** It could not be asked or answered. */
  | 'error'

/** How the index stands. */
export interface IndexLevels {
  /** Documents by what becomes of them: `waiting`, `running`, `failed`. */
  readonly jobs: Readonly<Record<string, number>>
  /** Documents in the index by type. */
  readonly documents: Readonly<Partial<Record<string, number>>>
  readonly chunks: number
  /** Bytes. */
  readonly vectorBytes: number
  /** How long the document that has waited longest could have been taken; milliseconds. */
  readonly oldestJobMs: number
  /** Listings that are due. */
  readonly listingsDue: number
  /** By how much the listing is late that is due the longest; milliseconds. */
  readonly listingLagMs: number
  /** Users by how it stands with them: `active`, `paused`, `absent`. */
  readonly users: Readonly<Record<string, number>>
}

/** Connections to a database. */
export interface ConnectionLevels {
  readonly busy: number
  readonly idle: number
  /** Work that waits for one. */
  readonly waiting: number
}

/** Counts and times; what is handed back is told of the end. Times are in milliseconds. */
export interface Meter {
  request(request: MeteredRequest): (status: number) => void
  /** @returns is told of the code of what went wrong; undefined: nothing did */
  call(call: MeteredCall): (errorCode: string | undefined) => void
  /** @returns is told of the status; undefined: no answer came */
  nextcloudRequest(request: MeteredNextcloudRequest): (status: number | undefined) => void
  nextcloudRetry(app: string, reason: string): void
  tokenCheck(method: 'jwt' | 'introspect', outcome: Outcome): void
  tokenLookup(hit: boolean): void
  tokenExchange(outcome: Outcome): void
  tokenRefresh(outcome: Outcome): void
  embedded(batch: { tier: string; texts: number; characters: number; ms: number }): void
  embeddingFailed(failure: { tier: string; code: string; retried: boolean }): void
  queryVectorLookup(hit: boolean): void
  listed(type: string, found: number, ms: number): void
  indexed(documents: number, chunks: number, ms: number): void
  indexingFailed(type: string, code: string): void
  indexingRetried(type: string, code: string): void
  search(mode: string): (errorCode: string | undefined) => void
  /** Reads how the index stands, when somebody asks for the metrics. */
  follow(read: () => Promise<IndexLevels>): void
  /** The same for connections. @param pool what they are for */
  followConnections(pool: 'storage' | 'search', read: () => ConnectionLevels): void
}

/** What the metrics of this process are at the moment. */
export interface MetricsPage {
  readonly contentType: string
  /** In the text format of Prometheus. */
  text(): Promise<string>
}
