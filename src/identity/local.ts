import { type Caller, type Identity, neverRefuse } from './caller.ts'

const LOCAL: Caller = { kind: 'local' }

/** Everybody who can reach the server is its one user; only for loopback and stdio. */
export const localIdentity: Identity = { identify: () => LOCAL, refuse: neverRefuse }
