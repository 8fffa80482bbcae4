import type { Deletion, DeletionStep } from '../domain/deletion.ts'
import { secondsUntil } from '../domain/time.ts'
import { progress, readDeletion } from '../table/deletions.ts'
import { Changed } from '../table/races.ts'
import { chargeFinalInvoice } from './charge-final-invoice.ts'
import { issueFinalInvoice } from './issue-final-invoice.ts'
import { purgeData } from './purge-data.ts'
import { revokeAccess, revokeApiKeys } from './revoke.ts'
import type { StepOutcome, Tools } from './step.ts'

/**
 * The deletion as a chain of conditional transitions. Every step can be repeated, and each transition happens once: a message that is
 * late, doubled or out of order finds nothing to do.
 *
 * ```mermaid
 * stateDiagram-v2
 *   [*] --> revokeAccess: DELETE answered 202, workspace is deleting
 *   revokeAccess --> revokeApiKeys: who was admin may read invoice and deletion
 *   revokeApiKeys --> issueFinalInvoice: keys erased
 *   issueFinalInvoice --> chargeFinalInvoice: counters sealed, invoice numbered
 *   chargeFinalInvoice --> chargeFinalInvoice: provider away, back-off
 *   chargeFinalInvoice --> purgeData: paid, waived, uncollectible, or left open
 *   purgeData --> purgeData: page by page
 *   purgeData --> completed: tombstone
 *   completed --> [*]
 * ```
 */
const steps: Record<DeletionStep, (deletion: Deletion, tools: Tools) => Promise<StepOutcome>> = {
  revokeAccess,
  revokeApiKeys,
  issueFinalInvoice,
  chargeFinalInvoice,
  purgeData,
}

/** Milliseconds that a step may take when the payment provider is slow in each of five calls; with less left, another run continues. */
const enoughMs = 45_000

/** Continues a deletion as far as the function's time allows, then asks for another run. Throws if a step cannot finish now. */
export async function runDeletion(deletionId: string, tools: Tools): Promise<void> {
  for (let round = 0; ; round++) {
    const deletion = await readDeletion(tools.table, deletionId)
    if (!deletion || deletion.step === 'completed') return
    if (round === 0) reportAge(deletion, tools)
    if (tools.remaining() < enoughMs) return tools.queue.enqueue('deletion', [{ deletionId }])
    if (!deletion.started) await progress(tools.table, deletion, { started: true }, tools.clock())
    const outcome = await steps[deletion.step](deletion, tools).catch(otherWorker)
    if (outcome === 'later') return
    if (outcome === 'again') return tools.queue.enqueue('deletion', [{ deletionId }])
  }
}

/** A deletion that never finishes rings an alarm. */
function reportAge({ id, workspaceId, requestedAt }: Deletion, { metrics, clock }: Tools): void {
  metrics.record('DeletionAge', -secondsUntil(requestedAt, clock()), { deletionId: id, workspaceId })
}

/** Another worker made the transition: look again where the deletion is. */
function otherWorker(error: unknown): StepOutcome {
  if (error instanceof Changed) return 'done'
  throw error
}
