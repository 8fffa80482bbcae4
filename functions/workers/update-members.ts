import { carryPage, readOwed, settleRows } from '#shared/table/member-rows.ts'
import { queueWorker } from '#shared/worker/worker.ts'

/** Milliseconds that a page may take when the table is slow; with less left, another run continues. */
const enoughMs = 15_000

/**
 * Can be repeated, and run late or in any order: a row takes over what it lacks, and the account stays due until all rows were checked
 * after every request under way at the change had finished.
 */
export const updateMembers = queueWorker({
  name: 'updateMembers',
  summary: 'Copies a changed e-mail address or name to the person’s row in each of their workspaces',
  queue: 'accounts',
  batchSize: 10,
  services: ['table', 'queue'],
  tableActions: ['get', 'query gsi1', 'put', 'update', 'delete', 'check'],
  sendsTo: ['accounts'],
  handle: async ({ accountId, from }, { table, queue, clock, remaining }) => {
    const account = await readOwed(table, accountId)
    if (!account) return
    const began = from?.began ?? clock().toISOString()
    let after = from?.after
    do {
      after = await carryPage(table, account, after)
      if (after !== undefined && remaining() < enoughMs) return queue.enqueue('accounts', [{ accountId, from: { began, after } }])
    } while (after !== undefined)
    await settleRows(table, account, began)
  },
})
