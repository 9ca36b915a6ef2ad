import { TaskFailed, tool } from './run.mjs'

/** CalDAV and CardDAV servers of others, see test/support/dav-servers.ts. */
const SERVERS = ['radicale', 'sabre']

/** Runs the tests of calendars, tasks and contacts against each; the arguments go to vitest. */
export async function testDav(args) {
  const failed = []
  for (const server of SERVERS) {
    process.stderr.write(`\nCalendars, tasks and contacts on ${server}\n`)
    process.env.NEXTCLOUD_TEST_DAV = server
    const config = ['--config', 'test/dav/vitest.config.ts']
    const exitCode = await tool('vitest', 'vitest', ['run', ...config, ...args])
    if (exitCode > 128) return exitCode // ended by a signal
    if (exitCode !== 0) failed.push(server)
  }
  if (failed.length > 0) throw new TaskFailed(1, `Failed on ${failed.join(' and ')}.`)
}
