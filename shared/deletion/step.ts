import type { Services } from '../services.ts'

/** What a step takes. */
export type Tools = Pick<Services, 'table' | 'queue' | 'payments' | 'settings' | 'metrics' | 'clock'> & { readonly remaining: () => number }

/**
 * The result of a step. `done`: it made the transition to the next. `again`: call it again, in another run. `later`: it has scheduled
 * itself, and until then there is nothing to do.
 */
export type StepOutcome = 'done' | 'again' | 'later'
