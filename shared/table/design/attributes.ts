/** Attributes of the table's own, that stand on items beside what their nouns say. */

export const indexes = { gsi1: 'gsi1', gsi2: 'gsi2' } as const

/** The attribute that DynamoDB's time to live reads (whole seconds since 1970). It only collects what a condition already calls dead. */
export const ttlAttribute = 'ttl'

/**
 * The version of an item's attributes, as the code that put it knew them; one of before versions has none and counts as 0. An update
 * leaves it: it changes the attributes that it names, so that what a later version added stays.
 */
export const versionAttribute = 'v'

/** The version that is written today. It goes up with an attribute that readers cannot do without: see docs/decisions. */
export const itemVersion = 1

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
export interface Swept {
  readonly gsi2pk?: string
  readonly gsi2sk?: string
}
