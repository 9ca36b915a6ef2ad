/** `npm run test:postgres`: the vault and several servers on a real PostgreSQL. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/postgres/*.proof.ts'],
    globalSetup: ['test/postgres/support/cluster.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
