/** Calls of tools with a token, as an AI app that has one makes them. */
import { answerOf, message } from '../../support/oauth.ts'

/** How a call went. */
export interface Called {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: proofs look into results of every shape
  readonly data: any
  readonly error: { code: string; message: string; url?: string } | undefined
}

/** @param url address of the server */
export function callerOf(url: string) {
  return async (token: string, name: string, args: object = {}): Promise<Called> => {
    const response = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify(message('tools/call', { name, arguments: args })),
    })
    const { status } = response
    if (status !== 200) return { status, data: undefined, error: undefined }
    const { result } = await answerOf(response)
    const data = result?.structuredContent
    return { status, data, error: result?.isError ? data?.error : undefined }
  }
}
