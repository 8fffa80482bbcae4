/** What stands on items beside what their nouns say: attributes of the table's own, and the items that are nobody else's noun. */

/** The attribute that DynamoDB's time to live reads (whole seconds since 1970). It only collects what a condition already calls dead. */
export const ttlAttribute = 'ttl'

/** An item that goes by itself, some time after it is dead. */
export interface Collected {
  readonly [ttlAttribute]: number
}

/** An item that is listed as somebody's: its place in the index `gsi1`. */
export interface Listed {
  readonly gsi1pk?: string
  readonly gsi1sk?: string
}

/** An item that the sweep must look at, and when: its place in the index `gsi2`. Without these nothing is due. */
export interface Due {
  readonly gsi2pk?: string
  readonly gsi2sk?: string
}

/** How much there was of something on a UTC day. */
export interface DayCount extends Collected {
  readonly count: number
}

/** Says that a usage event was counted. */
export interface CountedEvent extends Collected {
  readonly expiresAt: string
}

/** What one shard of a workspace's usage sums up to. A counter of before does not say what it is worth. */
export interface UsageCounter {
  readonly status: 'open' | 'sealed'
  readonly worth?: number | bigint
  /** Millionths of a meter's unit in a month. */
  readonly [sum: `sum:${string}`]: number | bigint
}

/** Says that an account may read an invoice. */
export interface InvoicePointer {
  readonly invoiceId: string
}

/** The last invoice number that was given. */
export interface InvoiceNumber {
  readonly last: number
}
