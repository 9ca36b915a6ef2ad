/** An address that stays while servers behind it come and go, as a proxy in front of them has. */
import { listen, passOn } from './relay.ts'

/** The address, and what it leads to. */
export interface Front {
  /** `http://localhost:PORT` */
  readonly url: string
  /** Passes requests on to this port of loopback from here on; to several, in turn. */
  lead(...ports: number[]): void
  close(): Promise<void>
}

/** An address that is known before the server behind it is started. */
export async function startFront(): Promise<Front> {
  let targets = [0]
  let turn = 0
  const { port, close } = await listen((incoming, outgoing) =>
    passOn(incoming, outgoing, { port: targets[turn++ % targets.length] ?? 0 }),
  )
  return {
    url: `http://localhost:${port}`,
    lead(...ports) {
      targets = ports
    },
    close,
  }
}
