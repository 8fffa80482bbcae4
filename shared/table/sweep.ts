import type { Account } from '../domain/account.ts'
import type { Deletion } from '../domain/deletion.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Invoice, Reader } from '../domain/invoice.ts'
import { duePartition, keys, prefix } from './design.ts'
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
  const page = await table.query({ index: 'gsi2', pk: duePartition(shard), upTo: moment, limit: 100, startAfter })
  const items = await table.getAll<{ pk: string; sk: string; gsi2sk?: string }>(page.items)
  const due = items.filter((item) => item?.gsi2sk !== undefined && item.gsi2sk <= moment)
  const of = <T>(begins: string, sk = '') => due.filter((item) => item?.pk.startsWith(begins) && item.sk.startsWith(sk)) as unknown as T[]
  return {
    invitations: of<Invitation>('WORKSPACE#'),
    deletions: of<Deletion>('DELETION#'),
    readers: of<Reader>('INVOICE#', prefix.reader),
    invoices: of<Invoice>('INVOICE#', keys.invoice('').sk),
    accounts: of<Account>('ACCOUNT#'),
    last: page.last,
  }
}
