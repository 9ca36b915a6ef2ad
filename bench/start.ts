/** How long a client waits: from starting the program on stdio to its first list of tools. */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Endpoint, verifyText } from './endpoint.ts'
import { startStdioServer, stop } from './processes.ts'
import { median, OURS, type Row } from './rows.ts'

const RUNS = 7
const ANSWERS_WITHIN_MS = 10_000

/** Measures it. The very first start, which also fills the compile cache, is not counted. */
export async function measureStart(nextcloud: URL, endpoint: Endpoint): Promise<Row[]> {
  const request = endpoint.message('tools/list').body()
  const times: number[] = []
  for (let run = 0; run <= RUNS; run++) {
    const time = await timeToFirstAnswer(nextcloud, request)
    if (run > 0) times.push(time)
  }
  return [
    {
      name: 'start on stdio to the first tools/list answer',
      unit: 'ms',
      target: { atMost: 500 },
      values: { [OURS]: median(times) },
      remark: `median of ${RUNS}`,
    },
  ]
}

async function timeToFirstAnswer(nextcloud: URL, request: string): Promise<number> {
  const began = performance.now()
  const child = startStdioServer(nextcloud)
  try {
    child.stdin?.write(`${request}\n`)
    const answer = await firstLine(child)
    const time = performance.now() - began
    verifyText(answer)
    return time
  } finally {
    await stop(child)
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer on stdio')), ANSWERS_WITHIN_MS)
    if (!child.stdout) throw new Error('no stdout')
    createInterface(child.stdout)
      .once('line', line => {
        clearTimeout(timer)
        resolve(line)
      })
      .once('close', () => reject(new Error('ended without an answer on stdio')))
  })
}
