/**
 * A processor of one's own: takes `POST` with the file as the field `file` of a form, answers with
 * `{"text": "...", "metadata": {...}}`.
 */
import { z } from 'zod'
import { createPages } from '../parse/pages.ts'
import { postFile, type Service, unreachable } from './http.ts'
import type { Processor, ProcessorOptions } from './processor.ts'

/** How it is asked, and for what. */
export interface CustomOptions extends ProcessorOptions {
  readonly name: string
  /** Media types. */
  readonly types: readonly string[]
  readonly heartbeatMs: number
}

const Processed = z.object({ text: z.string() })

/** Reads the types that it is configured for, before anything else. */
export function createCustom(options: CustomOptions): Processor {
  const service: Service = {
    name: options.name,
    timeoutMs: options.timeoutMs,
    heartbeatMs: options.heartbeatMs,
    headers: options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` },
  }
  const types = new Set(options.types.map(type => type.toLowerCase()))
  return {
    name: service.name,
    takes: mediaType => types.has(mediaType),
    async read({ bytes, name, signal, onProgress }, mediaType, limits) {
      const answer = await postFile(options.url, service, {
        field: 'file',
        bytes,
        name,
        mediaType,
        fields: [],
        signal,
        onWait: seconds => onProgress?.(seconds, undefined),
      })
      const processed = Processed.safeParse(answer)
      if (!processed.success) throw unreachable(service, 'answered with an unexpected shape')
      const pages = createPages(limits, undefined)
      pages.add(processed.data.text)
      return pages.document({ format: 'plain', processor: service.name })
    },
  }
}
