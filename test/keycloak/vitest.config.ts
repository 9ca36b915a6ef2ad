/** `npm run test:keycloak`: a real Keycloak and a real browser, too slow and too large for `npm test`. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/keycloak/**/*.proof.ts'],
    // What most files share takes the longest to start.
    globalSetup: 'test/keycloak/support/setup.ts',
    // One browser and one server at the one address that the realm knows, one after the other.
    fileParallelism: false,
    // In the same order every time, whatever took long or failed before.
    cache: false,
    testTimeout: 60_000,
    hookTimeout: 240_000,
    // What comes later builds on what was proven before.
    bail: 1,
  },
})
