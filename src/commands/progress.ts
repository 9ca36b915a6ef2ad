/** How far something has come: a bar on a terminal, a line now and then elsewhere. */

/** Where it is shown. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Something that is done piece by piece. */
export interface Progress {
  /** @param total as far as is known; it may grow */
  update(done: number, total: number): void
  /** Leaves the last state standing. */
  end(): void
}

const WIDTH = 30
const LINE_EVERY_MS = 5_000

/** Shows progress of something named, as in `1,204 of 3,000 documents`. */
export function createProgress(
  output: Output,
  things: string,
  now: () => number = () => performance.now(),
): Progress {
  let shown = ''
  let last = Number.NEGATIVE_INFINITY
  const text = (done: number, total: number) =>
    `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${things}`
  return {
    update(done, total) {
      const line = text(done, total)
      if (line === shown || total === 0) return
      if (output.isTTY) {
        const filled = Math.floor((WIDTH * Math.min(done, total)) / total)
        const bar = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${line}`
        output.write(`\r${bar.slice(0, (output.columns ?? 80) - 1)}\u001b[K`)
      } else {
        if (now() - last < LINE_EVERY_MS && done < total) return
        output.write(`${line}\n`)
      }
      shown = line
      last = now()
    },
    end() {
      if (output.isTTY && shown !== '') output.write('\n')
    },
  }
}
