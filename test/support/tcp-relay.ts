/** A relay of connections that cuts them at a word, as networks do at any. */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A port of loopback that leads to another. */
export interface TcpRelay {
  readonly port: number
  /** Cuts the next connection that sends this word, before it arrives. */
  cutBefore(word: string): void
  /** Lets the word through and cuts when the answer comes; the next so many times. */
  cutAnswerTo(word: string, times?: number): void
  /** How many connections were cut. */
  cuts(): number
}

/** Starts a relay, which ends with the test. */
export async function startRelay(target: number): Promise<TcpRelay> {
  const before = new Map<string, number>()
  const after = new Map<string, number>()
  let cuts = 0
  /** Takes one of what is to be cut at a word of this text. */
  const due = (words: Map<string, number>, text: string): boolean => {
    const word = [...words.keys()].find(each => text.includes(each))
    if (word === undefined) return false
    const left = (words.get(word) ?? 1) - 1
    if (left > 0) words.set(word, left)
    else words.delete(word)
    return true
  }
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    const far = dial(target, '127.0.0.1')
    let awaited = false
    const end = () => {
      near.destroy()
      far.destroy()
    }
    const cut = () => {
      cuts++
      end()
    }
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', end).on('close', end)
    }
    near.on('data', chunk => {
      const text = chunk.toString('latin1')
      if (due(before, text)) return cut()
      awaited = due(after, text)
      far.write(chunk)
    })
    far.on('data', chunk => (awaited ? cut() : near.write(chunk)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (server.address() as AddressInfo).port,
    cutBefore: word => void before.set(word, 1),
    cutAnswerTo: (word, times = 1) => void after.set(word, times),
    cuts: () => cuts,
  }
}
