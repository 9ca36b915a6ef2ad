/**
 * The compact way of offering many tools: clients are listed the essential ones, and two more, one
 * that finds tools by what they do and one that runs them. A list of 200 tools takes a model some
 * 30,000 tokens before the first word is said; this one takes a few thousand.
 */
import { z } from 'zod'
import { badInput } from '../nextcloud/errors.ts'
import type { App } from './app.ts'
import { ranked } from './ranking.ts'
import { defineTool } from './tool.ts'

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
    const others = (await context.tools()).filter(
      ({ name }) => name !== FIND_TOOLS && name !== RUN_TOOL,
    )
    const found = ranked(others, query)
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
