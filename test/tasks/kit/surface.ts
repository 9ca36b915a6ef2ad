/** The two ways in which tools are offered, made alike. */
import type { Client } from '@modelcontextprotocol/client'
import { callTool, type ToolAnswer } from '../../support/harness.ts'
import type { Arguments } from './task.ts'

/** All tools listed, or few and a search for the others. */
export type Mode = 'listed' | 'compact'

/** What a client is told of a tool. */
export interface Described {
  readonly description: string
  /** Schemas of its arguments by their names. */
  readonly properties: Readonly<Record<string, unknown>>
}

/** Tools as a client has them. */
export interface Surface {
  /**
   * A tool as it is described.
   * @throws Error when it is not offered; in compact mode, when looking for these words does not
   *   find it
   */
  find(words: string, tool: string): Promise<Described>
  call(tool: string, args: Arguments): Promise<ToolAnswer>
}

interface Found {
  name: string
  description: string
  input_schema: { properties?: Described['properties'] }
}

export function surfaceOf(client: Client, mode: Mode): Surface {
  return mode === 'compact' ? compactSurface(client) : listedSurface(client)
}

function listedSurface(client: Client): Surface {
  let listing: ReturnType<Client['listTools']> | undefined
  return {
    async find(_words, tool) {
      listing ??= client.listTools()
      const { tools } = await listing
      const listed = tools.find(({ name }) => name === tool)
      if (listed === undefined) throw new Error('it is not listed')
      const { description = '', inputSchema } = listed
      return { description, properties: inputSchema.properties ?? {} }
    },
    call: (tool, args) => callTool(client, tool, args),
  }
}

function compactSurface(client: Client): Surface {
  return {
    async find(words, tool) {
      const { data } = await callTool(client, 'nc_find_tools', { query: words })
      const tools: Found[] = data.tools
      const found = tools.find(({ name }) => name === tool)
      if (found !== undefined) {
        return { description: found.description, properties: found.input_schema.properties ?? {} }
      }
      const others = tools.map(({ name }) => name).join(', ')
      throw new Error(`"${words}" does not find it, but ${others}`)
    },
    call: (tool, args) => callTool(client, 'nc_run_tool', { name: tool, arguments: args }),
  }
}
