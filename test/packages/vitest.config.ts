/** `npm run check:packages`: what the program is delivered in. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/packages/*.{test,proof}.ts'],
    // Programs of others are started here, on machines that have other things to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
