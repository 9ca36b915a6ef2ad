/** Tools that search by meaning and by words. */
import { z } from 'zod'
import { defineTool, type Tool, type ToolContext } from '../../mcp/tool.ts'
import { FUSIONS } from '../../search/query/fusion.ts'
import {
  foldersNamed,
  GRANULARITIES,
  MODES,
  PLAIN_SEARCH,
  type SearchRequest,
  timeNamed,
  typesNamed,
} from '../../search/query/request.ts'
import { answerOf, SearchAnswer } from './result.ts'
import type { SearchServices } from './services.ts'

const query = z.string().trim().min(1)
const limit = z.int().min(1).max(100).default(PLAIN_SEARCH.limit)
const scoreThreshold = z.number().min(0).default(0)
const time = z.union([z.string(), z.int()]).optional()

/** @param services what it works on */
export function searchTool(services: SearchServices): Tool {
  return defineTool({
    name: 'nc_semantic_search',
    title: 'Search by meaning',
    description:
      'Searches notes, files, events, cards, news and mail by meaning and by words; gives the passages that match. For questions, and for things whose name is not known.',
    scopes: ['semantic:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({
      query,
      mode: z.enum(MODES).default(PLAIN_SEARCH.mode),
      limit,
      doc_types: z
        .array(z.string())
        .optional()
        .describe('note, file, calendar_event, deck_card, news_item, mail_message'),
      score_threshold: scoreThreshold,
      min_relevance: z.number().min(0).max(1).default(0),
      fusion: z.enum(FUSIONS).default(PLAIN_SEARCH.fusion),
      granularity: z.enum(GRANULARITIES).default(PLAIN_SEARCH.granularity),
      rerank: z.boolean().default(false),
      include_context: z.boolean().default(false).describe('The text around each passage'),
      context_chars: z.int().min(0).default(300),
      modified_after: time.describe('ISO 8601 or Unix seconds'),
      modified_before: time,
      path_prefix: z.string().optional().describe('A folder'),
      path_prefixes: z.array(z.string()).optional(),
    }),
    output: SearchAnswer,
    run(context, args) {
      const { path_prefix, path_prefixes = [], modified_after, modified_before } = args
      return answered(services, context, {
        query: args.query,
        mode: args.mode,
        fusion: args.fusion,
        limit: args.limit,
        types: typesNamed(args.doc_types),
        granularity: args.granularity,
        scoreThreshold: args.score_threshold,
        minRelevance: args.min_relevance,
        rerank: args.rerank,
        contextChars: args.include_context ? args.context_chars : undefined,
        modifiedAfter: timeNamed('modified_after', modified_after),
        modifiedBefore: timeNamed('modified_before', modified_before),
        pathPrefixes: foldersNamed(
          path_prefix === undefined ? path_prefixes : [path_prefix, ...path_prefixes],
        ),
      })
    },
  })
}

/** @param services what it works on */
export function searchNotesTool(services: SearchServices): Tool {
  return defineTool({
    name: 'nc_notes_semantic_search',
    title: 'Search notes by meaning',
    description: 'Searches the notes by meaning; gives each note by the passage that matches best.',
    scopes: ['notes:read', 'semantic:read'],
    orScopes: ['notes:read'],
    effect: 'read',
    untrusted: true,
    input: z.object({ query, limit, score_threshold: scoreThreshold }),
    output: SearchAnswer,
    run: (context, args) =>
      answered(services, context, {
        ...PLAIN_SEARCH,
        query: args.query,
        mode: 'semantic',
        limit: args.limit,
        types: ['note'],
        granularity: 'document',
        scoreThreshold: args.score_threshold,
      }),
  })
}

async function answered(
  { search, userOf }: SearchServices,
  context: ToolContext,
  request: SearchRequest,
): Promise<z.input<typeof SearchAnswer>> {
  const [user, granted] = await Promise.all([userOf(context.user), context.granted()])
  return answerOf(request, await search({ user, session: context.session, granted }, request))
}
