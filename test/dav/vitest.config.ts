/** `npm run test:dav`: the tests of calendars, tasks and contacts on CalDAV servers of others. */
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/e2e/{calendar,tasks,contacts}*.test.ts'],
    // What is about the demo in any case.
    exclude: [...configDefaults.exclude, '**/*-faults.test.ts', '**/contacts-large.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
