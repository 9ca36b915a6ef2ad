/** Bodies of requests to the MCP endpoint, read once and handed on parsed. */
import {
  isJsonContentType,
  type McpHandlerRequestOptions,
  readRequestBody,
} from '@modelcontextprotocol/server'

/** Files are written through this endpoint, as text or base64. */
export const MAX_REQUEST_BYTES = 64 * 1024 * 1024

/** What the handler is called with. */
export type HandlerCall = [request: Request, options: McpHandlerRequestOptions]

/**
 * The request with its body read and parsed, where it says its length: as a whole, which takes a
 * third of the time that the web streams take which the handler would read it through.
 */
export async function withParsedBody(
  request: Request,
  options: McpHandlerRequestOptions,
): Promise<HandlerCall> {
  const isJson = isJsonContentType(request.headers.get('content-type'))
  if (request.method !== 'POST' || !isJson || !tellsItsLength(request)) return [request, options]
  const text = await request.text()
  try {
    return [request, { ...options, parsedBody: JSON.parse(text) }]
  } catch {
    // The handler has the right answer to a body that is not JSON; it needs one that is unread.
    const { url, method, headers } = request
    return [new Request(url, { method, headers, body: text }), options]
  }
}

/**
 * The request so that the handler sees nothing but what is in `parsedBody`: its body was read to
 * the end, or is not there. What is allowed or refused by its content must not be read differently
 * a second time.
 * @returns the answer to a body that cannot be parsed
 */
export async function onlyParsedBody(
  request: Request,
  options: McpHandlerRequestOptions,
): Promise<HandlerCall | Response> {
  const { url, method, headers, signal } = request
  // The handler refuses these by method or media type; none of them needs a body for that.
  if (method !== 'POST' || !isJsonContentType(headers.get('content-type'))) {
    return [new Request(url, { method, headers, signal }), options]
  }
  const read = tellsItsLength(request)
    ? { tooLarge: false as const, text: await request.text() }
    : await readRequestBody(request, MAX_REQUEST_BYTES)
  if (read.tooLarge) return refusal(413, -32_600, `The body is over ${MAX_REQUEST_BYTES} bytes`)
  try {
    return [request, { ...options, parsedBody: JSON.parse(read.text) }]
  } catch {
    return refusal(400, -32_700, 'Parse error: the request body is not valid JSON')
  }
}

function tellsItsLength(request: Request): boolean {
  const length = Number(request.headers.get('content-length') ?? Number.NaN)
  return length > 0 && length <= MAX_REQUEST_BYTES
}

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status })
}
