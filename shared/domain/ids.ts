import { createHash, randomBytes } from 'node:crypto'

/** Crockford's base 32 in lower case: URL-safe, letters and digits only, sorts as the bits do. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const bodyLength = 26
const bodyPattern = `[${alphabet}]{${bodyLength}}`

export type IdPrefix = 'acc' | 'ws' | 'prj' | 'inv' | 'key' | 'in' | 'del'

/** Bytes as base 32, most significant bit first; the last character is padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  return Array.from({ length: Math.ceil((bytes.length * 8) / 5) }, (_, i) => {
    const [first, offset] = [(i * 5) >> 3, (i * 5) & 7]
    const pair = ((bytes[first] ?? 0) << 8) | (bytes[first + 1] ?? 0)
    return alphabet[(pair >> (11 - offset)) & 31]
  }).join('')
}

/** SHA-256 over parts that cannot run into each other, as hex. */
export const fingerprint = (...parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/** The 26 characters (128 bits) that follow from the parts: the same parts give the same id, so that uniqueness is the key itself. */
export const derivedBody = (...parts: readonly string[]): string =>
  base32(createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16))

/** An id that follows from what it identifies, e.g. an account's from issuer and subject. */
export const derivedId = (prefix: IdPrefix, ...parts: readonly string[]): string => `${prefix}_${derivedBody(prefix, ...parts)}`

/** A fresh id: 48 bits of milliseconds, then 80 random bits, so that ids sort by creation. */
export function newId(prefix: IdPrefix, now: Date): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now.getTime(), 0, 6)
  return `${prefix}_${base32(bytes)}`
}

/** The 26 characters after the prefix. */
export const idBody = (id: string): string => id.slice(id.indexOf('_') + 1)

const idPattern = new RegExp(`^([a-z]+)_${bodyPattern}$`)

/** Whether a text from a request has the form of such an id. One that does not cannot exist, so it needs no read. */
export const isId = (prefix: Exclude<IdPrefix, 'inv'>, text: string): boolean => idPattern.exec(text)?.[1] === prefix

/** Where an invitation's row is: its workspace, and the address within it as a hash. */
export interface InvitationPlace {
  readonly workspaceId: string
  readonly addressKey: string
}

/** An address within one workspace: a hash over both, so that no key holds an address and none can be compared across workspaces. */
export const addressKey = (workspaceId: string, canonicalEmail: string): string => derivedBody('address', workspaceId, canonicalEmail)

/**
 * A fresh id for an invitation. It says where the row is, and ends in 40 random bits, so that whoever holds the id of an invitation that
 * has ended does not meet the next one to the same address: the row's id must equal the one that is given.
 */
export const newInvitationId = ({ workspaceId, addressKey }: InvitationPlace): string =>
  `inv_${idBody(workspaceId)}${addressKey}${base32(randomBytes(5))}`

/** An id of before has no random part: it ends with the address. */
const invitationIdPattern = new RegExp(`^inv_${bodyPattern}${bodyPattern}([${alphabet}]{8})?$`)

/** The place that an invitation id names, or undefined where the text is no such id. Which invitation is there now is another question. */
export const invitationPlace = (id: string): InvitationPlace | undefined =>
  invitationIdPattern.test(id) ? { workspaceId: `ws_${id.slice(4, 30)}`, addressKey: id.slice(30, 56) } : undefined

/** A workspace is deleted once: the ids of the deletion and of the final invoice follow from the workspace's, and lead back to it. */
export const deletionIdOf = (workspaceId: string): string => `del_${idBody(workspaceId)}`
export const finalInvoiceIdOf = (workspaceId: string): string => `in_${idBody(workspaceId)}`

/** The workspace of a deletion or a final invoice, by its id. */
export const workspaceIdOf = (id: string): string => `ws_${idBody(id)}`
