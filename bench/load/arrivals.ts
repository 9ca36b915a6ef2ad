/**
 * Calls that come when they come, however long the ones before them take: a server that stalls is
 * then measured with all who had to wait, and not with the one who was being answered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from './random.ts'

/** When calls come. */
export interface ArrivalsOptions {
  readonly random: Random
  /** Calls a second, on average. */
  readonly rate: number
  /** Times of `performance.now()`. */
  readonly from: number
  readonly until: number
  /** Sends a call. Must not wait for the answer. @param intended when it should have been sent */
  readonly send: (intended: number) => void
}

/** Sends calls until the time is over; resolves then, answered or not. */
export async function sendArrivals(options: ArrivalsOptions): Promise<void> {
  const { random, rate, from, until, send } = options
  const gap = () => random.exponential(1_000 / rate)
  for (let due = from + gap(); due < until; due += gap()) {
    const wait = due - performance.now()
    if (wait > 0) await sleep(wait)
    send(due)
  }
}
