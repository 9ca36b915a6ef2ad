/** Keep-alive connections to one server: as many as there are requests under way at once. */
import { connect, type Socket } from 'node:net'
import { createResponseReader, type HttpResponse } from '../http.ts'

/** The connections of one client. */
export interface Connections {
  /**
   * Sends a request and resolves with its answer.
   * @throws Error when the connection fails, or there is no answer in time
   */
  send(request: Buffer): Promise<HttpResponse>
  close(): void
}

interface Connection {
  readonly socket: Socket
  waiting: PromiseWithResolvers<HttpResponse> | undefined
  idleSince: number
}

/** Servers close connections after five seconds without a request; a client must be first. */
const IDLE_MS = 4_000
const ANSWERS_WITHIN_MS = 30_000

/** Opens none yet. */
export function createConnections(url: URL, answersWithinMs = ANSWERS_WITHIN_MS): Connections {
  const idle: Connection[] = []
  const all = new Set<Connection>()

  const open = (): Connection => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    const connection: Connection = { socket, waiting: undefined, idleSince: 0 }
    const end = (error: Error) => {
      all.delete(connection)
      connection.waiting?.reject(error)
      connection.waiting = undefined
      socket.destroy()
    }
    const read = createResponseReader(response => {
      const { waiting } = connection
      connection.waiting = undefined
      connection.idleSince = performance.now()
      idle.push(connection)
      waiting?.resolve(response)
    })
    socket.on('data', read)
    socket.on('error', end)
    socket.on('close', () => end(new Error('the server closed the connection')))
    socket.setTimeout(answersWithinMs, () => end(new Error('no answer in time')))
    all.add(connection)
    return connection
  }

  const usable = (): Connection => {
    const soon = performance.now() - IDLE_MS
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
      if (!found.socket.destroyed && found.idleSince > soon) return found
      found.socket.destroy()
    }
    return open()
  }

  return {
    send(request) {
      const connection = usable()
      connection.waiting = Promise.withResolvers()
      connection.socket.write(request)
      return connection.waiting.promise
    },
    close() {
      for (const { socket } of all) socket.destroy()
      idle.length = 0
    },
  }
}
