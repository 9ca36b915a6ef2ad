/**
 * The compact way of offering many tools: clients are listed the essential ones, and two more, one
 * that finds tools by what they do and one that runs them. A list of 200 tools takes a model some
 * 30,000 tokens before the first word is said; this one takes a few thousand.
 */
import type { Tool as ListedTool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { badInput } from '../nextcloud/errors.ts'
import { fold } from '../text/fold.ts'
import type { App } from './app.ts'
import { defineTool, type ToolContext } from './tool.ts'

const FIND_TOOLS = 'nc_find_tools'
const RUN_TOOL = 'nc_run_tool'

/** What a call asks for: a tool and its arguments. */
export interface RequestedCall {
  readonly name: string
  readonly arguments?: unknown
}

/** The call within one of {@link RUN_TOOL}; any other as it is. */
export function innerCall({ name, arguments: args }: RequestedCall): RequestedCall {
  if (name !== RUN_TOOL) return { name, arguments: args }
  const { name: inner, arguments: innerArgs } = Object(args) as Record<string, unknown>
  return { name: typeof inner === 'string' ? inner : RUN_TOOL, arguments: innerArgs }
}

const findTools = defineTool({
  name: FIND_TOOLS,
  title: 'Find tools',
  description: `Finds the tools that are not listed, by what is to be done; gives names and argument schemas for ${RUN_TOOL}.`,
  scopes: [],
  effect: 'read',
  idempotent: true,
  withoutNextcloud: true,
  input: z.object({
    query: z.string().describe('What is to be done, such as "move card to another board"'),
    limit: z.int().min(1).max(20).default(5),
  }),
  output: z.object({
    tools: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        input_schema: z.record(z.string(), z.unknown()),
      }),
    ),
    total: z.int(),
  }),
  async run(context, { query, limit }) {
    const found = await ranked(context, query)
    const tools = found.slice(0, limit).map(({ name, description = '', inputSchema }) => ({
      name,
      description,
      input_schema: { ...inputSchema },
    }))
    return { tools, total: found.length }
  },
})

const runTool = (readOnly: boolean) =>
  defineTool({
    name: RUN_TOOL,
    title: 'Run a tool',
    description: `Runs a tool that ${FIND_TOOLS} found, with arguments by its schema.`,
    scopes: [],
    effect: readOnly ? 'read' : 'update',
    openWorld: !readOnly,
    withoutNextcloud: true,
    input: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() }),
    output: z.unknown(),
    // Reached only by a call that names no tool: any other is the call of that tool.
    async run() {
      throw badInput(
        'name: required argument is missing',
        `It takes a name that ${FIND_TOOLS} gave.`,
      )
    },
  })

/** The two tools, as an app that is always there. */
export function createCompactApp({ readOnly = false }: { readOnly?: boolean | undefined }): App {
  return { id: 'compact', title: 'Tools', always: true, tools: [findTools, runTool(readOnly)] }
}

/** How much a word counts by where it is. */
const WEIGHTS = { name: 4, title: 4, description: 2, arguments: 1 } as const

/** The tools that this caller may call, the best match first; all of them without a word. */
async function ranked(context: ToolContext, query: string): Promise<readonly ListedTool[]> {
  const words = [...new Set(fold(query).match(/[\p{L}\p{N}]{2,}/gu) ?? [])]
  const tools = (await context.tools()).filter(
    ({ name }) => name !== FIND_TOOLS && name !== RUN_TOOL,
  )
  const presences = words.map(word => tools.map(tool => presenceIn(tool, word)))
  // A word that most tools share, such as "the" or "list", says little about which is meant.
  const rarities = presences.map(each => Math.log((1 + tools.length) / count(each)))
  return tools
    .map((tool, at) => ({
      tool,
      score: presences.reduce(
        (sum, each, word) => sum + (each[at] ?? 0) * (rarities[word] ?? 0),
        0,
      ),
    }))
    .filter(({ score }) => words.length === 0 || score > 0)
    .toSorted((one, other) => other.score - one.score)
    .map(({ tool }) => tool)
}

function count(presences: readonly number[]): number {
  return Math.max(1, presences.filter(presence => presence > 0).length)
}

/** How much a tool is about a word. */
function presenceIn(tool: ListedTool, word: string): number {
  const places = {
    name: tool.name.replaceAll('_', ' '),
    title: tool.title ?? '',
    description: tool.description ?? '',
    arguments: Object.keys(tool.inputSchema.properties ?? {}).join(' '),
  }
  return Math.max(
    WEIGHTS.name * presence(places.name, word),
    WEIGHTS.title * presence(places.title, word),
    WEIGHTS.description * presence(places.description, word),
    WEIGHTS.arguments * presence(places.arguments, word),
  )
}

/** A whole word counts in full, its beginning ("notes" and "note") a little less. */
function presence(text: string, word: string): number {
  const stem = word.length > 4 ? word.replace(/(ing|es|ed|s|e)$/, '') : word
  const tokens = fold(text).split(/[^\p{L}\p{N}]+/u)
  if (tokens.includes(word)) return 1
  return tokens.some(token => token.startsWith(stem)) ? 0.8 : 0
}
