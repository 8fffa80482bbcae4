import type { Operation } from '#shared/http/operation.ts'
import type { Worker } from '#shared/worker/worker.ts'

/**
 * Megabytes of memory of the functions, by what they are, which is also their share of a processor: 1,769 MB are one. Each is the size at
 * which the time of a call and its price meet; docs/scale.md has the figures and the formula, `npm run bench:memory` measures them anew.
 */
export const memoryMb = {
  /** Operations that need no client: health, config, the pages. */
  plain: 1_769,
  /** Operations, which somebody waits for. */
  operation: 1_769,
  /** What asks the payment provider, and waits for it nearly all of the time. */
  payment: 512,
  /** Nobody waits for a worker. */
  worker: 512,
  /** What people wait for while they sign in. */
  trigger: 1_024,
} as const

export type FunctionClass = keyof typeof memoryMb

/** The class of an operation. */
export const operationClass = ({ services, access }: Pick<Operation, 'services' | 'access'>): FunctionClass =>
  services.includes('payments') ? 'payment' : access.kind === 'open' && services.length === 0 ? 'plain' : 'operation'

/** The class of a worker. */
export const workerClass = ({ services }: Pick<Worker, 'services'>): FunctionClass => (services.includes('payments') ? 'payment' : 'worker')
