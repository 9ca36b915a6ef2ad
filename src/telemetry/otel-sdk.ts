/**
 * OpenTelemetry's SDK: a package with a hundred others, which only those install who want traces.
 * It reads the variables of its specification itself (sampling, headers, protocol).
 * Source: https://opentelemetry.io/docs/languages/sdk-configuration/
 */
import { type Tracer, trace } from '@opentelemetry/api'
import { z } from 'zod'

/** What it is started with. */
export interface SdkOptions {
  readonly serviceName: string
  readonly version: string
  /** Name of the package, or the address of a file in its place. */
  readonly library?: string | undefined
}

/** A running SDK. */
export interface Sdk {
  readonly tracer: Tracer
  /** Sends what is left. */
  close(): Promise<void>
}

/** The package is not there, or cannot be used. */
export class SdkMissing extends Error {
  override readonly name = 'SdkMissing'
}

interface NodeSdk {
  start(): void
  shutdown(): Promise<void>
}

const Library = z.object({
  NodeSDK: z.custom<new (options: { serviceName: string; instrumentations: [] }) => NodeSdk>(
    value => typeof value === 'function',
  ),
})

/** Loads and starts it. @throws SdkMissing with what to do */
export async function startSdk({
  serviceName,
  version,
  library = '@opentelemetry/sdk-node',
}: SdkOptions): Promise<Sdk> {
  const loaded: unknown = await import(library).catch((error: unknown) => {
    throw new SdkMissing(adviceFor(library), { cause: error })
  })
  const found = Library.safeParse(loaded)
  if (!found.success) throw new SdkMissing(adviceFor(library))
  const sdk = new found.data.NodeSDK({ serviceName, instrumentations: [] })
  sdk.start()
  return {
    tracer: trace.getTracer(serviceName, version),
    // A collector that is gone must not keep the process.
    close: () => sdk.shutdown().catch(() => {}),
  }
}

function adviceFor(library: string): string {
  return `There are no traces: ${library} cannot be used; install it beside this program: npm install @opentelemetry/sdk-node`
}
