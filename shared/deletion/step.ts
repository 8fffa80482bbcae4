import type { Services } from '../services.ts'

/** What a step works with. */
export type Tools = Pick<Services, 'table' | 'queue' | 'payments' | 'settings' | 'metrics' | 'clock'> & { readonly remaining: () => number }

/**
 * What a step came to. `done`: it made the transition into the next. `again`: it is to be called once more, in another run.
 * `later`: it has said when, and until then there is nothing to do.
 */
export type StepOutcome = 'done' | 'again' | 'later'
