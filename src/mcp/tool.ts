/** What a tool is. Everything a client is told about it derives from this one object. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { covers } from '../identity/caller.ts'
import type { Scope } from '../identity/scopes.ts'
import type { Session } from '../nextcloud/session.ts'
import type { ContentResult, VisitResult } from './result.ts'

/** What a tool does to the user's data; read-only mode and the annotations follow from it. */
export type Effect = 'read' | 'create' | 'update' | 'delete'

/** A caller as this server knows them, without what they prove it with. */
export interface CallerUser {
  /** Who says so: the address of an authorization server. */
  readonly issuer: string
  /** `sub`, which need not be the user id in Nextcloud. */
  readonly userId: string
  /** The OAuth client that the user came with, where known. */
  readonly clientId: string | undefined
  /** What the token allows. */
  readonly scopes: ReadonlySet<Scope>
}

/** All a tool gets beside its arguments. No token, no environment, no request. */
export interface ToolContext {
  /** Undefined where callers are not told apart by tokens. */
  readonly user: CallerUser | undefined
  /**
   * What the caller may do, by the token and by what the user allowed beside it; undefined:
   * everything. For a tool that does more the more is allowed; what it needs it names in `scopes`.
   */
  granted(): Promise<ReadonlySet<Scope> | undefined>
  /** Every tool that this caller may call, as `tools/list` would name it. */
  tools(): Promise<readonly ListedTool[]>
  /** Nextcloud as the caller; its requests end when the call is cancelled. */
  readonly session: Session
  /** Aborts when the caller cancels. */
  readonly signal: AbortSignal
  /** Tells the client how far the work is; does nothing where the client did not ask. */
  progress(done: number, total?: number, message?: string): void
}

/** What a tool returns: the value, alone or with something beside it. */
export type Outcome<T> = T | (T extends object ? ContentResult<T> | VisitResult<T> : never)

/** A tool as it is written; see {@link defineTool}. */
export interface ToolDefinition<I extends z.ZodObject, O extends z.ZodType> {
  /** Public and permanent. */
  name: string
  /** A few words for people. */
  title: string
  /** For the model: what it does, when to use it, what it needs. Every byte is sent to each client. */
  description: string
  /** All of these are needed. */
  scopes: readonly Scope[]
  /** What is enough as well: tokens that were issued for it elsewhere go on working. */
  orScopes?: readonly Scope[]
  effect: Effect
  /** True where it reaches people or systems outside this Nextcloud. */
  openWorld?: boolean
  /** True where the result holds what others than the caller may have written; results say so. */
  untrusted?: boolean
  /** True where repeating the call with the same arguments changes nothing more. */
  idempotent?: boolean
  /** True where it is about the caller and not about Nextcloud: `session` cannot be used then. */
  withoutNextcloud?: boolean
  input: I
  /** The result, for the documentation and the tests; not sent to clients. */
  output: O
  run(context: ToolContext, args: z.output<I>): Promise<Outcome<z.input<O>>>
}

/** A tool whose argument and result types no longer matter. */
export interface Tool extends Omit<ToolDefinition<z.ZodObject, z.ZodType>, 'run'> {
  run(context: ToolContext, args: Record<string, unknown>): Promise<unknown>
}

/** Ties the types of arguments, result and function together. */
export function defineTool<I extends z.ZodObject, O extends z.ZodType>(
  definition: ToolDefinition<I, O>,
): Tool {
  return definition as unknown as Tool
}

/** The scopes that a call needs of somebody who was granted these (undefined: everything). */
export function scopesFor(
  { scopes, orScopes }: Pick<Tool, 'scopes' | 'orScopes'>,
  granted: ReadonlySet<Scope> | undefined,
): readonly Scope[] {
  if (orScopes === undefined || covers(granted, scopes)) return scopes
  return covers(granted, orScopes) ? orScopes : scopes
}
