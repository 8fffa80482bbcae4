import * as z from 'zod'
import '#shared/domain/english.ts'
import { bodyPointer } from '#shared/http/content.ts'

const faultsSchema = z.strictObject({
  /** `refuse`: the mail service rejects every e-mail. */
  ses: z.literal('refuse').nullable(),
  /** What happens to a message that an operation sends: it is delivered twice, or never. */
  queue: z.enum(['duplicate', 'lose']).nullable(),
  /** `down`: the payment provider cannot be reached. */
  paymentProvider: z.literal('down').nullable(),
})

/** The faults that are injected at this moment; null means none. Held by reference, so that a change takes effect everywhere at once. */
export type Faults = z.infer<typeof faultsSchema>

/** An invalid field of a request: a JSON Pointer into the body, and why. */
export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
}

/** No faults, as after every start. */
export const noFaults = (): Faults => ({ ses: null, queue: null, paymentProvider: null })

/** Sets the faults that `change` names and leaves the others. If `change` is invalid, changes nothing and returns what is wrong. */
export function changeFaults(faults: Faults, change: unknown): FieldProblem[] {
  const { success, data, error } = faultsSchema.partial().safeParse(change)
  if (!success)
    return error.issues.flatMap((issue) =>
      (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [issue.path]).map((path) => ({
        pointer: bodyPointer(path),
        detail: issue.message,
      })),
    )
  Object.assign(faults, data)
  return []
}
