/** `npm run test:browser`: the pages in a real browser, which `npm test` cannot count on. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/browser/**/*.proof.ts'],
    // Whole ways, on machines that have other things to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file starts a browser of its own.
    maxWorkers: 4,
  },
})
