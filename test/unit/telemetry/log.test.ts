import { expect, test } from 'vitest'
import { createLog, type LogOptions } from '../../../src/telemetry/log.ts'

function logged(format: LogOptions['format'], write: (log: ReturnType<typeof createLog>) => void) {
  const lines: string[] = []
  write(createLog({ level: 'debug', format, write: line => lines.push(line) }))
  return lines
}

test('a line for people: time, level, message, fields', () => {
  const [line] = logged('text', log => log.info({ tool: 'nc_x', ms: 3 }, 'call'))
  expect(line).toMatch(/^\d\d:\d\d:\d\d info {2}call tool=nc_x ms=3\n$/)
})

test('a line for machines is JSON with level and time', () => {
  const [line = ''] = logged('json', log => log.warn({ a: 1 }, 'careful'))
  expect(JSON.parse(line)).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-/),
    a: 1,
    msg: 'careful',
  })
})

test.each(['text', 'json'] as const)('secrets are never written, in %s', format => {
  const secret = 'hunter2'
  const lines = logged(format, log =>
    log.info(
      { password: secret, token: secret, user: { authorization: secret, name: 'alice' } },
      'call',
    ),
  )
  expect(lines.join('')).not.toContain(secret)
  expect(lines.join('')).toContain('alice')
})

test('below its level it is silent', () => {
  const lines: string[] = []
  const log = createLog({ level: 'warn', format: 'text', write: line => lines.push(line) })
  log.info('not this')
  expect(lines).toEqual([])
})
