import type { Account } from '../domain/account.ts'
import type { Deletion } from '../domain/deletion.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Invoice, Reader } from '../domain/invoice.ts'
import type { Due as IsDue } from './design/attributes.ts'
import { dueKeys, dueUntil } from './design/due.ts'
import type { Item, Table } from './engine.ts'

/** What the sweep must look at, by kind, as it is now. */
export interface Due {
  readonly invitations: readonly Invitation[]
  readonly deletions: readonly Deletion[]
  readonly readers: readonly Reader[]
  /** Those that owe something to the payment provider. */
  readonly invoices: readonly Invoice[]
  readonly accounts: readonly Account[]
  /** Where the next page starts. */
  readonly last: Item | undefined
}

/** One page of one partition of the due index. The index may lag: what is no longer due by its own item is left out. */
export async function listDue(table: Table, shard: number, startAfter: Item | undefined, now: Date): Promise<Due> {
  const moment = now.toISOString()
  const page = await table.query(dueUntil(shard, moment), { limit: 100, startAfter })
  const found = await table.get(dueKeys(page.items))
  const due = <T extends IsDue>(items: readonly (T | undefined)[]): T[] =>
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
