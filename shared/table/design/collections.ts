import { invitationPlace } from '../../domain/ids.ts'
import { beside, type Collection, type Listing } from './collection.ts'
import { type ItemOf, listedAt, type Place } from './entity.ts'
import * as keys from './keys.ts'

/** Everything that is queried, but for what is due. Import it as a namespace: `collections.members(workspaceId)`. */

export const members = (workspaceId: string) => beside(keys.member, keys.workspace(workspaceId))

export const invitations = (workspaceId: string) => beside(keys.invitation, keys.workspace(workspaceId))

export const projects = (workspaceId: string) => beside(keys.project, keys.workspace(workspaceId))

export const apiKeys = (workspaceId: string) => beside(keys.apiKey, keys.workspace(workspaceId))

export const readers = (invoiceId: string) => beside(keys.reader, keys.invoice(invoiceId))

/** The invoices that an account may read, newest first. */
export const invoicePointers = (accountId: string) => ({ ...beside(keys.invoicePointer, keys.account(accountId)), backwards: true })

/** What follows the first `#` of a key: the id that it is made of. */
const behindFirstHash = (text: string): string => text.slice(text.indexOf('#') + 1)

/** The workspace that an item lies in, by where it is. */
export const workspaceIdIn = ({ pk }: Place): string => behindFirstHash(pk)

/** The workspaces that an account is in. */
export const memberships = (accountId: string): Listing<ItemOf<typeof keys.member>> => ({
  index: 'gsi1',
  pk: listedAt(keys.member, { accountId, joinedAt: '', workspaceId: '' }).gsi1pk,
  placeAt: (position) => keys.member({ workspaceId: behindFirstHash(position), accountId }),
})

/** The invitations to an address, in all workspaces. */
export const invitationsTo = (mailbox: string): Listing<ItemOf<typeof keys.invitation>> => ({
  index: 'gsi1',
  pk: listedAt(keys.invitation, { mailbox, createdAt: '', invitationId: '' }).gsi1pk,
  placeAt: (position) => keys.invitation(invitationPlace(behindFirstHash(position)) ?? { workspaceId: '', addressKey: '' }),
})

/** All that lies beside a workspace item, with it. */
export const inWorkspace = (workspaceId: string): Collection => ({ pk: keys.workspace(workspaceId).pk })

/** The counter of a shard and the events that it counted. */
export const usage = (workspaceId: string, shard: number): Collection => ({ pk: keys.usageCounter({ workspaceId, shard }).pk })
