/** What the conformance suite asks for by name, with the contents it wants to see. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { App } from '../../src/mcp/app.ts'
import type { Resource, ResourceBody } from '../../src/mcp/resource.ts'
import { content } from '../../src/mcp/result.ts'
import { defineTool, type Tool, type ToolContext } from '../../src/mcp/tool.ts'
import { CodedError } from '../../src/nextcloud/errors.ts'

/** One red pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
/** A header and no samples. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='

type Blocks = Parameters<typeof content>[0]

const text = (value: string) => ({ type: 'text', text: value }) as const
const image = { type: 'image', data: PNG, mimeType: 'image/png' } as const
const embedded = (uri: string, mimeType: string, value: string) =>
  ({ type: 'resource', resource: { uri, mimeType, text: value } }) as const

const tools: Tool[] = [
  answering('test_simple_text', [text('This is a simple text response for testing.')]),
  answering('test_image_content', [image]),
  answering('test_audio_content', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]),
  answering('test_embedded_resource', [
    embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ]),
  answering('test_multiple_content_types', [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ]),
  tool('test_error_handling', () => {
    throw new CodedError('BAD_INPUT', 'This tool intentionally returns an error for testing')
  }),
  tool('test_tool_with_progress', async ({ progress }) => {
    for (const done of [0, 50, 100]) {
      progress(done, 100)
      await sleep(50)
    }
    return content([text('Done.')])
  }),
  // No tool of this server can send log messages or requests. These two, which could if any
  // could, let the suite see for itself that none arrive.
  answering('test_logging_tool', [text('Done.')]),
  answering('test_streaming_elicitation', [text('Done.')]),
]

const resources: Resource[] = [
  resource('test://static-text', () => ({
    bytes: Buffer.from('This is the content of the static text resource.'),
    mimeType: 'text/plain',
  })),
  resource('test://static-binary', () => ({
    bytes: Buffer.from(PNG, 'base64'),
    mimeType: 'image/png',
  })),
  resource('test://template/{id}/data', ({ id }) => ({
    json: { id, templateTest: true, data: `Data for ID: ${id}` },
  })),
]

/** They stand in for an app. */
export const fixtures: App = { id: 'fixtures', title: 'Conformance fixtures', tools, resources }

function answering(name: string, blocks: Blocks): Tool {
  return tool(name, async () => content(blocks))
}

function tool(name: string, run: (context: ToolContext) => Promise<object>): Tool {
  return defineTool({
    name,
    title: name,
    description: 'A fixture of the conformance suite.',
    scopes: [],
    effect: 'read',
    input: z.object({}),
    output: z.unknown(),
    run,
  })
}

function resource(
  uri: string,
  body: (variables: Readonly<Record<string, string>>) => ResourceBody,
): Resource {
  return {
    uri,
    name: uri,
    title: uri,
    description: 'A fixture of the conformance suite.',
    scopes: [],
    read: async (_context, variables) => body(variables),
  }
}
