import type { Trigger } from '#shared/worker/trigger.ts'
import type { Worker } from '#shared/worker/worker.ts'
import { preTokenGeneration } from './identity/pre-token-generation.ts'
import { cleanUp } from './workers/clean-up.ts'
import { recordDelivery } from './workers/record-delivery.ts'
import { runDeletion } from './workers/run-deletion.ts'
import { sendMail } from './workers/send-mail.ts'
import { updateMembers } from './workers/update-members.ts'

/** Every worker: queue consumers and schedules. Worker `cleanUp` is declared in the file `workers/clean-up.ts`. */
export const workers: readonly Worker[] = [sendMail, recordDelivery, runDeletion, updateMembers, cleanUp]

/** Every function that the user pool calls. Locally there is none: the local issuer puts the claims in by itself. */
export const triggers: readonly Trigger[] = [preTokenGeneration]
