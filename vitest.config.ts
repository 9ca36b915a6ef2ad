import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup/logs.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // One more than by default: much of the time is spent waiting, on purpose.
    maxWorkers: '100%',
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
})
