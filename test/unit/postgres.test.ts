import { describe, expect, test } from 'vitest'
import { failureOf, isBroken, isUndone } from '../../src/postgres/failure.ts'

const reported = (code: string, message = 'words') => Object.assign(new Error(message), { code })

describe('what PostgreSQL, PgBouncer and the network report', () => {
  test.each([
    ['53100', 'DISK_FULL'],
    ['53300', 'UNREACHABLE'], // too many connections
    ['57014', 'LOCKED'], // statement_timeout
    ['57P01', 'UNREACHABLE'], // terminated by the administrator
    ['57P03', 'UNREACHABLE'], // starting up
    ['08P01', 'UNREACHABLE'], // PgBouncer
    ['XX001', 'CORRUPT'],
    ['42P01', 'STORAGE_FAILED'],
    ['ECONNREFUSED', 'UNREACHABLE'],
    ['ENOTFOUND', 'UNREACHABLE'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'CANNOT_OPEN'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'CANNOT_OPEN'],
  ])('%s is %s', (code, expected) => {
    const error = reported(code)
    expect(failureOf(error, 'db')).toMatchObject({ code: expected })
  })

  test.each([
    ['Connection terminated unexpectedly', 'UNREACHABLE'],
    ['Query read timeout', 'UNREACHABLE'],
    ['timeout exceeded when trying to connect', 'UNREACHABLE'],
    ['The server does not support SSL connections', 'CANNOT_OPEN'],
  ])('%s is %s', (message, expected) => {
    expect(failureOf(new Error(message), 'db')).toMatchObject({ code: expected })
  })

  test('a fault of this code stays what it is', () => {
    const fault = new TypeError('x is not a function')
    expect(failureOf(fault, 'db')).toBeUndefined()
  })

  test('what may be begun anew is told from what may not', () => {
    expect(['40001', '40P01', '23505', ''].map(code => isUndone(reported(code)))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(['57P01', 'ECONNRESET', '23505', '53100'].map(code => isBroken(reported(code)))).toEqual(
      [true, true, false, false],
    )
  })
})
