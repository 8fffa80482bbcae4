import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { Random } from '#test/support/random.ts'
import { type Stage, Timer } from './stage.ts'

type Work = (...parameters: unknown[]) => void

/**
 * Puts time and chance under the stage's control: for the duration of a run, timers, the wall clock and random numbers follow from the
 * seed, so that a back-off of seconds takes no time and a seed replays exactly. Returns how to restore them.
 */
export function takeOver(stage: Stage, seed: number, wallClock: () => number): () => void {
  const { setTimeout, clearTimeout } = globalThis
  const { now } = Date
  const { random } = Math
  const { randomBytes, randomUUID } = crypto
  const chance = new Random(seed ^ 0x5eed)
  const bytes = (size: number) => Buffer.from(Array.from({ length: size }, () => chance.below(256)))

  Object.assign(globalThis, {
    setTimeout: (work: Work, milliseconds: number, ...rest: unknown[]) => stage.after(milliseconds, () => work(...rest)),
    clearTimeout: (timer: Timer | NodeJS.Timeout) => (timer instanceof Timer ? stage.cancel(timer) : clearTimeout(timer)),
  })
  Object.assign(Date, { now: wallClock })
  Object.assign(Math, { random: () => chance.next() })
  const uuid = () =>
    bytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  Object.assign(crypto, { randomBytes: bytes, randomUUID: uuid })
  syncBuiltinESMExports()
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout })
    Object.assign(Date, { now })
    Object.assign(Math, { random })
    Object.assign(crypto, { randomBytes, randomUUID })
    syncBuiltinESMExports()
  }
}
