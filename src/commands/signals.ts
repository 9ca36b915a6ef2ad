/** Resolves on SIGTERM or SIGINT, or when stdin ends; a second signal ends the process at once. */
export function untilAskedToStop({ stdinEnds = false } = {}): Promise<void> {
  return new Promise(resolve => {
    const stop = () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.off(signal, stop)
        process.once(signal, () => process.exit(1))
      }
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    if (stdinEnds) process.stdin.once('end', stop).once('close', stop)
  })
}
