/** Attributes of the table's own, that stand on items beside what their nouns say. */

export const indexes = { gsi1: 'gsi1', gsi2: 'gsi2' } as const

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
