/** How far the index of the caller's documents is. */
import { z } from 'zod'
import { defineTool, type Tool } from '../../mcp/tool.ts'
import { ofIndex } from '../../search/query/find.ts'
import type { JobCounts, SyncStatus } from '../../search/status.ts'
import type { SearchServices } from './services.ts'

const Counts = z.record(z.string(), z.int())

const StatusAnswer = z.object({
  enabled: z.boolean(),
  status: z.enum(['idle', 'syncing', 'disabled']),
  problem: z.string().optional().describe('Why nothing is indexed, or nothing new, and what to do'),
  indexed_documents: z.int(),
  indexed_chunks: z.int(),
  indexed_count: z.int().describe('As indexed_chunks'),
  hybrid_chunks: z.int().describe('Those with a vector: all'),
  pending_count: z.int(),
  last_sync: z.string().nullable().describe('ISO 8601'),
  ingest_queue: z.string().nullable(),
  job_counts: Counts.nullable().describe('todo, doing, failed'),
  job_counts_by_queue: z.record(z.string(), Counts).nullable().describe('By type of document'),
  estimated_vector_bytes: z.int(),
})

const LATER = 'Try again in a while; the log of this server says why.'

/** @param services what it works on */
export function syncStatusTool({
  status,
  userOf,
}: Pick<SearchServices, 'status' | 'userOf'>): Tool {
  return defineTool({
    name: 'nc_get_vector_sync_status',
    title: 'State of the search index',
    description: 'How far the search index of the user is, and why nothing is found.',
    scopes: ['semantic:read'],
    effect: 'read',
    withoutNextcloud: true,
    input: z.object({}),
    output: StatusAnswer,
    async run(context) {
      const user = await userOf(context.user)
      return answerOf(await ofIndex(() => status.status(user), LATER))
    },
  })
}

function answerOf(status: SyncStatus): z.input<typeof StatusAnswer> {
  const { enabled, jobs, problem, syncedAt } = status
  const queues = Object.entries(status.jobsByType)
  return {
    enabled,
    status: enabled ? status.activity : 'disabled',
    ...(problem === undefined ? {} : { problem }),
    indexed_documents: status.documents,
    indexed_chunks: status.chunks,
    indexed_count: status.chunks,
    hybrid_chunks: status.chunks,
    pending_count: jobs.waiting + jobs.running,
    last_sync: syncedAt === undefined ? null : new Date(syncedAt).toISOString(),
    ingest_queue: enabled ? status.queue : null,
    job_counts: enabled ? counts(jobs) : null,
    job_counts_by_queue: enabled
      ? Object.fromEntries(queues.map(([type, of]) => [type, counts(of)]))
      : null,
    estimated_vector_bytes: status.vectorBytes,
  }
}

/** In the words that the contract has for states. */
function counts({ waiting, running, failed }: JobCounts): z.input<typeof Counts> {
  return { todo: waiting, doing: running, failed }
}
