/** The clock by which all tasks are done and all answers measured: it only moves when it is told. */
import { mock } from 'node:test'

/** Wednesday, ten o'clock in Berlin. */
export const NOW = new Date('2026-10-14T08:00:00Z')

/** Stops the clock of this process at {@link NOW}; timers go on. @returns what starts it again */
export function stopClock(): () => void {
  mock.timers.enable({ apis: ['Date'], now: NOW })
  return () => mock.timers.reset()
}

/** Puts the stopped clock back to {@link NOW}. */
export function resetClock(): void {
  mock.timers.setTime(NOW.getTime())
}

/** Lets a second pass: Nextcloud tells by whole seconds whether a thing has changed. */
export function passSecond(): void {
  mock.timers.tick(1000)
}
