import { onTestFinished } from 'vitest'
import {
  type DemoNextcloud,
  type DemoOptions,
  startDemoNextcloud,
} from '../../../src/demo/index.ts'

/** An answer of the demo, its body read. */
export interface Answer {
  status: number
  headers: Headers
  body: string
}

/** Sends a request; the path is below the demo's address. */
export type Send = (
  method: string,
  path: string,
  options?: { headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
) => Promise<Answer>

/** Starts a demo that ends with the test. */
export async function demoForTest(options: DemoOptions = {}): Promise<DemoNextcloud> {
  const demo = await startDemoNextcloud(options)
  onTestFinished(() => demo.close())
  return demo
}

/** Sends requests with these credentials, and the header every good client sends. */
export function clientOf(demo: DemoNextcloud, login = 'alice', password = `${login}-demo`): Send {
  const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
  return async (method, path, { headers, body } = {}) => {
    const response = await fetch(demo.url + path, {
      method,
      headers: {
        Authorization: authorization,
        'OCS-APIRequest': 'true',
        Accept: 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body }),
    })
    return { status: response.status, headers: response.headers, body: await response.text() }
  }
}

/** The hrefs of a multistatus answer, as they are. */
export function hrefsIn({ body }: Answer): string[] {
  return [...body.matchAll(/<d:response>\s*<d:href>(.*?)<\/d:href>/g)].map(([, href]) => href ?? '')
}

/** Unquoted ETag of an answer. */
export function etagOf({ headers }: Answer): string {
  return (headers.get('etag') ?? '').replaceAll('"', '')
}
