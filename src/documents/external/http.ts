/** Sends a file to a processor elsewhere and gives its answer: bounded in time and size. */
import { Agent, FormData, fetch } from 'undici'
import { DocumentError } from '../document.ts'

/** A processor that is reached by HTTP. */
export interface Service {
  /** For error messages; its address is not for callers. */
  readonly name: string
  readonly timeoutMs: number
  readonly headers: Readonly<Record<string, string>>
  /** While it works, this often. */
  readonly heartbeatMs: number
}

/** A file on its way, with the fields of the form. */
export interface Upload {
  /** Name of the form's field for the file. */
  readonly field: string
  readonly bytes: Uint8Array
  readonly name: string
  readonly mediaType: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly signal: AbortSignal | undefined
  /** Called with the seconds that have passed. */
  readonly onWait: ((seconds: number) => void) | undefined
}

const MOST_BYTES = 32 * 1024 * 1024
const CONNECT_MS = 10_000
/** The document is at fault and not the way to the processor: it will be refused again. */
const REFUSALS = new Set([400, 413, 415, 422])

/** Waits as long as the call may take; by default it would be five minutes. */
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_MS } })

/**
 * Posts a file as a form (RFC 7578). Redirects are not followed: the key and the file are meant for
 * the configured address alone.
 * @returns the JSON of the answer
 * @throws DocumentError `UNREACHABLE`, `TIMED_OUT`, `DAMAGED` where the processor refuses the file
 */
export async function postFile(url: string, service: Service, upload: Upload): Promise<unknown> {
  const { signal, onWait } = upload
  const time = AbortSignal.timeout(service.timeoutMs)
  const began = performance.now()
  const heartbeat = setInterval(
    () => onWait?.(Math.round((performance.now() - began) / 1000)),
    service.heartbeatMs,
  )
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: formOf(upload),
      headers: { accept: 'application/json', ...service.headers },
      redirect: 'manual',
      signal: signal === undefined ? time : AbortSignal.any([signal, time]),
      dispatcher: agent,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw refusal(service, response.status)
    }
    return parsed(service, await text(service, response.body))
  } catch (error) {
    if (error instanceof DocumentError) throw error
    if (signal?.aborted) throw signal.reason
    if (time.aborted) throw timedOut(service)
    throw unreachable(service, 'cannot be reached')
  } finally {
    clearInterval(heartbeat)
  }
}

function formOf({ field, bytes, name, mediaType, fields }: Upload): FormData {
  const form = new FormData()
  form.append(field, new Blob([new Uint8Array(bytes)], { type: mediaType }), name.split('/').at(-1))
  for (const [key, value] of fields) form.append(key, value)
  return form
}

async function text(
  service: Service,
  body: AsyncIterable<Uint8Array> | null | undefined,
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MOST_BYTES) throw unreachable(service, 'answered with too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(service: Service, body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw unreachable(service, 'answered with something that is not JSON')
  }
}

function refusal(service: Service, status: number): DocumentError {
  return REFUSALS.has(status)
    ? new DocumentError('DAMAGED', `The document processor ${service.name} refuses the file`)
    : unreachable(service, `answered with status ${status}`)
}

function timedOut(service: Service): DocumentError {
  const seconds = Math.round(service.timeoutMs / 1000)
  return new DocumentError(
    'TIMED_OUT',
    `The document processor ${service.name} took longer than ${seconds} s`,
  )
}

/** @param how completes "The document processor …" */
export function unreachable({ name }: Pick<Service, 'name'>, how: string): DocumentError {
  return new DocumentError('UNREACHABLE', `The document processor ${name} ${how}`)
}
