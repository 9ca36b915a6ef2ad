/** Searching in all apps at once, as far as the caller's token goes. */
import { z } from 'zod'
import { covers } from '../../identity/caller.ts'
import type { Scope } from '../../identity/scopes.ts'
import { defineTool, type Tool } from '../../mcp/tool.ts'
import { badInput, type CodedError, isCodedError } from '../../nextcloud/errors.ts'
import type { Session } from '../../nextcloud/session.ts'
import { type Answer, ask, type Provider, providers } from './search-api.ts'
import { findsFiles, scopesOf } from './search-scopes.ts'

/** More would make Nextcloud busy for nobody but this call. */
const AT_ONCE = 6
/** Settings and apps of the instance; asked only by name. */
const NOT_OF_USERS = new Set(['settings'])

const Result = z.object({
  provider: z.string(),
  name: z.string(),
  entries: z.array(
    z.object({
      title: z.string(),
      subline: z.string().optional(),
      url: z.string(),
      file_id: z.int().optional(),
      path: z.string().optional().describe('Of a file'),
      attributes: z.record(z.string(), z.string()).optional().describe('As the app gives them'),
    }),
  ),
  cursor: z.string().optional().describe('Leads on, with this provider alone'),
})

/** What the operator decides about the search. */
export interface SearchOptions {
  /** True where some files are kept from users: providers that may tell of them are not asked. */
  keepsFiles: boolean
}

/** The tool; see {@link SearchOptions}. */
export function searchEverything({ keepsFiles }: SearchOptions): Tool {
  return defineTool({
    name: 'nc_search_everything',
    title: 'Search everything',
    description:
      'Searches all apps of this Nextcloud at once: files, notes, mail, chats, events, contacts and more. To look into one app, its own search finds more.',
    scopes: ['files:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      query: z.string().trim().min(1),
      providers: z.array(z.string()).optional().describe('As in a result; default all'),
      limit: z.int().min(1).max(25).default(5).describe('For each provider'),
      cursor: z.string().optional().describe('Needs exactly one provider'),
    }),
    output: z.object({
      results: z.array(Result).describe('Only of providers that found something'),
      total: z.int(),
      failed: z.array(z.object({ provider: z.string(), code: z.string() })).optional(),
      not_searched: z
        .array(z.object({ provider: z.string(), needs: z.array(z.string()) }))
        .optional()
        .describe('Not allowed: the scopes it takes; none where the operator keeps files back'),
    }),
    async run({ granted, session }, { query, providers: wanted, limit, cursor }) {
      if (cursor !== undefined && wanted?.length !== 1) {
        throw badInput('A cursor belongs to one provider', 'Give it in providers.')
      }
      const chosen = choose(await providers(session), wanted)
      const [allowed, withheld] = sorted(chosen, await granted(), keepsFiles)
      const asked = await inTurn(allowed, provider =>
        ask(session, provider, { query, limit, cursor }).then(
          answer => ({ provider, answer, error: undefined }),
          (error: unknown) => ({ provider, answer: undefined, error: bearable(error) }),
        ),
      )
      const failed = asked.flatMap(({ provider, error }) =>
        error === undefined ? [] : [{ provider: provider.id, error }],
      )
      const [first] = failed
      if (first !== undefined && failed.length === allowed.length) throw first.error
      const results = asked.flatMap(({ provider, answer }) =>
        answer === undefined || answer.entries.length === 0
          ? []
          : [found(session, provider, answer, limit)],
      )
      return {
        results,
        total: results.reduce((sum, { entries }) => sum + entries.length, 0),
        ...(first === undefined
          ? {}
          : { failed: failed.map(({ provider, error }) => ({ provider, code: error.code })) }),
        ...(withheld.length === 0 ? {} : { not_searched: withheld }),
      }
    },
  })
}

function choose(known: readonly Provider[], wanted: readonly string[] | undefined): Provider[] {
  if (wanted === undefined) {
    return known.filter(({ appId, inAppSearch }) => !inAppSearch && !NOT_OF_USERS.has(appId))
  }
  const missing = wanted.filter(id => known.every(provider => provider.id !== id))
  if (missing.length > 0) {
    throw badInput(
      `There is no search provider "${missing.join('", "')}"`,
      `There are: ${known.map(({ id }) => id).join(', ')}.`,
    )
  }
  return known.filter(({ id }) => wanted.includes(id))
}

/** Who may be asked, and who not for want of which scopes. */
function sorted(
  chosen: readonly Provider[],
  granted: ReadonlySet<Scope> | undefined,
  keepsFiles: boolean,
): [allowed: Provider[], withheld: { provider: string; needs: string[] }[]] {
  const allowed: Provider[] = []
  const withheld: { provider: string; needs: string[] }[] = []
  for (const provider of chosen) {
    const scopes = scopesOf(provider)
    if (!covers(granted, scopes)) {
      const needs = scopes.filter(scope => !granted?.has(scope))
      withheld.push({ provider: provider.id, needs })
    } else if (keepsFiles && findsFiles(provider)) {
      withheld.push({ provider: provider.id, needs: [] })
    } else {
      allowed.push(provider)
    }
  }
  return [allowed, withheld]
}

/** One provider that fails must not hide what others find; a caller who is not let in must. */
function bearable(error: unknown): CodedError {
  if (!isCodedError(error) || error.code === 'UNAUTHORIZED' || error.code === 'CANCELLED') {
    throw error
  }
  return error
}

function found(
  session: Session,
  provider: Provider,
  answer: Answer,
  limit: number,
): z.input<typeof Result> {
  // Not every provider minds the limit.
  const entries = answer.entries.slice(0, limit).map(entry => {
    const { fileId, path, ...others } = texts(entry.attributes)
    const id = Number(fileId ?? Number.NaN)
    return {
      title: entry.title,
      ...(entry.subline === '' ? {} : { subline: entry.subline }),
      url: URL.canParse(entry.resourceUrl, session.baseUrl)
        ? new URL(entry.resourceUrl, session.baseUrl).href
        : entry.resourceUrl,
      ...(Number.isSafeInteger(id) ? { file_id: id } : {}),
      ...(path === undefined ? {} : { path: path.replace(/^\/+/, '') }),
      ...(Object.keys(others).length === 0 ? {} : { attributes: others }),
    }
  })
  const more = answer.isPaginated && answer.entries.length >= limit && answer.cursor !== null
  return {
    provider: provider.id,
    name: answer.name || provider.name,
    entries,
    ...(more ? { cursor: answer.cursor ?? '' } : {}),
  }
}

function texts(attributes: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(attributes)
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
    ),
  )
}

/** The results of a task for each item, in their order, a few at a time. */
async function inTurn<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [at, item] of rest) results[at] = await task(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
