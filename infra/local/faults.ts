import * as z from 'zod'
import '#shared/domain/english.ts'
import { bodyPointer } from '#shared/http/content.ts'

const faultsSchema = z.strictObject({
  /** `refuse`: the mail service takes no e-mail. */
  ses: z.literal('refuse').nullable(),
  /** What becomes of a message that an operation sends: it goes out twice, or not at all. */
  queue: z.enum(['duplicate', 'lose']).nullable(),
  /** `down`: the payment provider cannot be reached. */
  paymentProvider: z.literal('down').nullable(),
})

/** What is made to go wrong at this moment; null is nothing. Held by reference: a change is seen at once by everybody who has it. */
export type Faults = z.infer<typeof faultsSchema>

/** A field of a request that cannot be: a JSON Pointer into the body, and why. */
export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
}

/** No fault, as at every start. */
export const noFaults = (): Faults => ({ ses: null, queue: null, paymentProvider: null })

/** Sets the faults that `change` names and leaves the others. Returns what is wrong with it, and then changes nothing. */
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
