/** Stands in for tesseract.js in the thread that parses; does to it whatever a picture says. */
import { Buffer } from 'node:buffer'
import { existsSync, readdirSync } from 'node:fs'

/** How it was started, for tests to see. */
let started: unknown

export async function createWorker(languages: string[], engine: number, options: object) {
  const { langPath } = options as { langPath: string }
  started = { languages, engine, ...options, langPath: readdirSync(langPath) }
  return {
    async recognize(picture: Buffer) {
      const text = picture.toString('latin1')
      if (/^P[456]\n/.test(text)) return said(pixels(text))
      await DEEDS[text]?.()
      return said(
        text === 'how'
          ? JSON.stringify({ ...(started as object), gone: !existsSync(langPath) })
          : `seen: ${text}`,
      )
    },
  }
}

const said = (text: string) => ({ data: { text: ` ${text}\n` } })

function pixels(text: string): string {
  const [head = '', kind, size] = /^(P[456])\n(\d+ \d+)\n(?:255\n)?/.exec(text) ?? []
  return `${kind} ${size} first ${text.charCodeAt(head.length)}, ${text.length - head.length} bytes`
}

const DEEDS: Record<string, () => unknown> = {
  async hang() {
    for (;;) Math.random()
  },
  exit: () => process.exit(0),
  throw: () => {
    setImmediate(() => {
      throw new Error('nobody catches this')
    })
    return new Promise(() => {})
  },
  later: () => {
    setTimeout(() => {
      throw new Error('after the job')
    }, 300)
  },
  slow: () => new Promise(resolve => setTimeout(resolve, 1_000)),
  heap() {
    const kept: unknown[] = []
    for (;;) kept.push(Array.from({ length: 1_000 }, (_, at) => ({ at })))
  },
  outside() {
    const kept: Buffer[] = []
    for (;;) {
      kept.push(Buffer.alloc(1024 * 1024, 1))
      if (kept.length > 4_096) throw new Error('nobody stopped it')
    }
  },
  print() {
    process.stdout.write('to the protocol\n')
    process.stderr.write('to the log\n')
  },
  environment() {
    throw new Error(Object.keys(process.env).join())
  },
}
