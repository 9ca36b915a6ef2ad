/** The load benchmark sees what is wrong with an answer, and above all whose data it is. */
import { afterEach, describe, expect, test } from 'vitest'
import { requestBytes } from '../../../bench/http.ts'
import { judge, LEAK, MISSING, userIdOf } from '../../../bench/load/answer.ts'
import { createConnections } from '../../../bench/load/connections.ts'
import { keepTokens, type TokensOptions } from '../../../bench/load/tokens.ts'
import { type Listening, listen } from '../../support/relay.ts'

const ME = userIdOf('run', 1)
const OTHER = userIdOf('run', 2)

describe('an answer', () => {
  const judged = (text: string, { status = 200, head = '', showsOwner = true } = {}) =>
    judge({ status, head, body: Buffer.from(text) }, ME, showsOwner)
  const result = (structuredContent: object, isError?: boolean) =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { structuredContent, isError } })

  test('with the own data is right', () => {
    expect(judged(result({ title: ME }))).toEqual({ data: { title: ME } })
    expect(judged(`event: message\ndata: ${result({ title: ME })}\n\n`)).toEqual({
      data: { title: ME },
    })
  })

  test('with what is another user’s is a leak, whatever else it is', () => {
    expect(judged(result({ title: `${ME} ${OTHER}` }))).toMatchObject({ failure: LEAK })
    expect(judged(result({ title: OTHER }, true))).toMatchObject({ failure: LEAK })
    expect(judged(OTHER, { status: 500 })).toMatchObject({ failure: LEAK })
    const longer = `${ME}0`
    expect(judged(result({ title: longer }))).toMatchObject({ failure: LEAK })
  })

  test('without the own data is not right', () => {
    expect(judged(result({ results: [] }))).toMatchObject({ failure: MISSING })
    expect(judged(result({ results: [] }), { showsOwner: false })).toMatchObject({ data: {} })
  })

  test('is called by its error', () => {
    const coded = result({ error: { code: 'CONFLICT', message: `note of ${ME}` } }, true)
    expect(judged(coded)).toMatchObject({ failure: 'CONFLICT' })
    expect(judged(result({}, true))).toMatchObject({ failure: 'tool error' })
    const error = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}'
    expect(judged(error)).toEqual({ failure: 'JSON-RPC -32602', detail: error })
    expect(judged('busy', { status: 503 })).toEqual({ failure: 'HTTP 503', detail: 'busy' })
    expect(judged('<html>')).toMatchObject({ failure: 'not JSON-RPC' })
    expect(judged('{"result":1}')).toMatchObject({ failure: 'not JSON-RPC' })
  })
})

describe('a connection', () => {
  let server: Listening | undefined
  afterEach(() => server?.close())
  const urlOf = ({ port }: Listening) => new URL(`http://127.0.0.1:${port}/`)

  test('is used again, and as many are open as there are requests at once', async () => {
    const ports = new Set<number | undefined>()
    const gate = Promise.withResolvers<void>()
    server = await listen(async (incoming, outgoing) => {
      ports.add(incoming.socket.remotePort)
      if (incoming.url === '/wait') await gate.promise
      outgoing.end(incoming.url)
    })
    const url = urlOf(server)
    const connections = createConnections(url)
    const ask = async (path: string) => {
      const { body } = await connections.send(requestBytes('GET', new URL(path, url), {}))
      return body.toString()
    }
    expect(await ask('/1')).toBe('/1')
    expect(await ask('/2')).toBe('/2')
    expect(ports.size).toBe(1)
    const waiting = ask('/wait')
    expect(await ask('/3')).toBe('/3')
    gate.resolve()
    expect(await waiting).toBe('/wait')
    expect(ports.size).toBe(2)
    connections.close()
  })

  test('that fails or stays silent is told', async () => {
    server = await listen((incoming, outgoing) => {
      if (incoming.url === '/close') outgoing.destroy()
    })
    const url = urlOf(server)
    const connections = createConnections(url, 50)
    const ask = (path: string) => connections.send(requestBytes('GET', new URL(path, url), {}))
    await expect(ask('/close')).rejects.toThrow('closed the connection')
    await expect(ask('/silent')).rejects.toThrow('no answer in time')
    connections.close()
  })
})

describe('tokens', () => {
  const kept = (options: Partial<TokensOptions> = {}) => {
    const used: string[] = []
    const reasons: string[] = []
    const tokens = keepTokens({
      granted: { accessToken: 'a0', refreshToken: 'r0', lifetimeSeconds: 600 },
      renewAfterSeconds: 600,
      renewed: reason => reasons.push(reason),
      async renew(refreshToken) {
        used.push(refreshToken)
        const at = used.length
        return { accessToken: `a${at}`, refreshToken: `r${at}`, lifetimeSeconds: 600 }
      },
      ...options,
    })
    return { tokens, used, reasons }
  }

  test('are kept while they are good, and renewed when it is time', async () => {
    const good = kept()
    expect(await good.tokens.current()).toBe('a0')
    expect(good.used).toEqual([])
    const due = kept({ renewAfterSeconds: 0 })
    expect(await due.tokens.current()).toBe('a1')
    expect(await due.tokens.current()).toBe('a2')
    expect(due.used).toEqual(['r0', 'r1'])
    expect(due.reasons).toEqual(['in time', 'in time'])
    const short = { accessToken: 'a0', refreshToken: 'r0', lifetimeSeconds: 0 }
    expect(await kept({ granted: short }).tokens.current()).toBe('a1')
  })

  test('are renewed once for all who find them refused', async () => {
    const { tokens, used, reasons } = kept()
    const all = await Promise.all([1, 2, 3].map(() => tokens.after('a0')))
    expect(all).toEqual(['a1', 'a1', 'a1'])
    // Somebody who comes late has an old one, and there is a new one already.
    expect(await tokens.after('a0')).toBe('a1')
    expect(used).toEqual(['r0'])
    expect(reasons).toEqual(['refused'])
  })

  test('that cannot be renewed are an error, and the next call tries again', async () => {
    let tries = 0
    const renew = async () => {
      tries++
      throw new Error('refused')
    }
    const { tokens, reasons } = kept({ renew })
    await expect(tokens.after('a0')).rejects.toThrow('refused')
    await expect(tokens.after('a0')).rejects.toThrow('refused')
    expect(tries).toBe(2)
    expect(reasons).toEqual([])
  })
})
