import type { Account } from '../domain/account.ts'
import type { Deletion } from '../domain/deletion.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Invoice, Reader } from '../domain/invoice.ts'
import type { Swept } from './design/attributes.ts'
import { sweepKeys, sweepUntil } from './design/sweep-index.ts'
import type { Item, Table } from './engine.ts'

/** What is due, by kind, as it is now. */
export interface SweepPage {
  readonly invitations: readonly Invitation[]
  readonly deletions: readonly Deletion[]
  readonly readers: readonly Reader[]
  /** Those that owe something to the payment provider. */
  readonly invoices: readonly Invoice[]
  readonly accounts: readonly Account[]
  /** Where the next page starts. */
  readonly last: Item | undefined
}

/** One page of one partition of the index. It may lag: an item that is no longer due is left out. */
export async function listForSweep(table: Table, shard: number, startAfter: Item | undefined, now: Date): Promise<SweepPage> {
  const moment = now.toISOString()
  const page = await table.query(sweepUntil(shard, moment), { limit: 100, startAfter })
  const found = await table.get(sweepKeys(page.items))
  const due = <T extends Swept>(items: readonly (T | undefined)[]): T[] =>
    items.filter((item) => item !== undefined).filter(({ gsi2sk }) => gsi2sk !== undefined && gsi2sk <= moment)
  return {
    invitations: due(found.invitations),
    deletions: due(found.deletions),
    readers: due(found.readers),
    invoices: due(found.invoices),
    accounts: due(found.accounts),
    last: page.last,
  }
}
