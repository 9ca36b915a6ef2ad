/** Runs with every test file: whatever its servers logged, no secret was in it. */
import { afterAll, expect } from 'vitest'
import { leaks } from '../support/secrets.ts'

afterAll(() => expect(leaks(), 'lines of the log with a secret in them').toEqual([]))
