import { describe, expect, test } from 'vitest'
import type { Calendar } from '../../../src/nextcloud/caldav/calendars.ts'
import { explained } from '../../../src/nextcloud/caldav/refusals.ts'
import { CodedError, type ErrorDetails } from '../../../src/nextcloud/errors.ts'

const calendar = { displayName: 'Work' } as Calendar
const refusal = (details: ErrorDetails) => new CodedError('UPSTREAM_ERROR', 'no', details)

describe('refusals of an object', () => {
  test.each([
    [
      'a uid that is taken',
      { status: 400, serverMessage: 'Calendar object with uid already exists' },
      { code: 'CONFLICT', message: expect.stringMatching(/uid/) },
    ],
    [
      'a uid that is taken, by the name of the precondition',
      { status: 409, serverMessage: 'no-uid-conflict' },
      { code: 'CONFLICT', message: expect.stringMatching(/uid/) },
    ],
    [
      'an object that the server does not take',
      { status: 415, serverMessage: 'Validation error' },
      { code: 'BAD_INPUT', details: { serverMessage: 'Validation error' } },
    ],
    ['a calendar', { status: 403 }, { message: expect.stringMatching(/Work/) }],
    ['a name', { status: 412 }, { message: expect.stringMatching(/name exists/) }],
    ['anything else', { status: 500 }, { message: 'no' }],
  ])('%s', (_, details, expected) => {
    expect(explained(refusal(details), calendar, { 'if-none-match': '*' })).toMatchObject(expected)
  })

  test('a change by somebody else gives the current etag bare', () => {
    const error = refusal({ status: 412, etag: '"abc"' })
    expect(explained(error, calendar, { 'if-match': '"old"' })).toMatchObject({
      message: expect.stringMatching(/changed since/),
      details: { etag: 'abc' },
    })
  })
})
