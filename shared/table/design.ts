import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import type { Account } from '../domain/account.ts'
import type { ApiKey } from '../domain/api-key.ts'
import type { Deletion } from '../domain/deletion.ts'
import type { IdempotencyRecord } from '../domain/idempotency-record.ts'
import { type InvitationPlace, invitationPlace } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Invoice, Reader } from '../domain/invoice.ts'
import type { MailBlock } from '../domain/mail-block.ts'
import type { Member, MemberAddress } from '../domain/member.ts'
import type { Billing } from '../domain/payment-method.ts'
import type { PaymentTries } from '../domain/payment-tries.ts'
import type { Project } from '../domain/project.ts'
import type { ApiKeyPlace } from '../domain/secrets.ts'
import type { Workspace } from '../domain/workspace.ts'
import type { Collected, CountedEvent, DayCount, Due, InvoiceNumber, InvoicePointer, Listed, UsageCounter } from './items.ts'

/** There for the compiler alone: no key or collection has such a property. */
declare const item: unique symbol

/**
 * Where an item is, and of which type it is: what is read under a key has the key's type. The single table's keys are known here alone;
 * `docs/table.md` is printed from it (npm run docs). No user text is in a key: ids, and hashes of addresses.
 */
export interface Key<out T = unknown> {
  readonly pk: string
  readonly sk: string
  readonly [item]?: T
}

/** One item kind a line: what it is, its key, and the two index keys where it has them. */
export const entities = {
  Account: {
    pk: 'ACCOUNT#<accountId>',
    sk: 'ACCOUNT',
    gsi2pk: 'DUE#<shard>',
    gsi2sk: '<dueAt>',
    is: 'a person, by issuer and subject; due while member rows are to follow a change',
  },
  InviteQuota: { pk: 'ACCOUNT#<accountId>', sk: 'INVITED#<day>', is: 'addresses that an account had mailed on a UTC day; TTL' },
  PaymentTries: { pk: 'ACCOUNT#<accountId>', sk: 'TRIES', is: 'how often a person was refused with payment methods; TTL' },
  CallerMemory: {
    pk: 'ACCOUNT#<accountId>',
    sk: 'REPLAY#<hash>',
    is: 'a createWorkspace that was answered: fingerprint and workspace id; TTL',
  },
  Workspace: {
    pk: 'WORKSPACE#<workspaceId>',
    sk: 'WORKSPACE',
    is: 'name, status and the counters that rules are conditions on; who was dismissed lately',
  },
  Member: {
    pk: 'WORKSPACE#<workspaceId>',
    sk: 'MEMBER#<accountId>',
    gsi1pk: 'ACCOUNT#<accountId>',
    gsi1sk: '<joinedAt>#<workspaceId>',
    is: 'somebody in a workspace, with the role',
  },
  MemberAddress: { pk: 'WORKSPACE#<workspaceId>', sk: 'ADDRESS#<addressKey>', is: 'says that an address is a member’s' },
  Invitation: {
    pk: 'WORKSPACE#<workspaceId>',
    sk: 'INVITATION#<addressKey>',
    gsi1pk: 'ADDRESS#<hash of the address>',
    gsi1sk: '<createdAt>#<invitationId>',
    gsi2pk: 'DUE#<shard>',
    gsi2sk: '<dueAt>',
    is: 'pending; or accepted within the last 7 days, or dead, until it would have expired',
  },
  Project: { pk: 'WORKSPACE#<workspaceId>', sk: 'PROJECT#<projectId>', is: 'a project' },
  ApiKey: { pk: 'WORKSPACE#<workspaceId>', sk: 'APIKEY#<apiKeyId>', is: 'an API key: scopes and the hash of its secret' },
  UsageCounter: { pk: 'USAGE#<workspaceId>#<shard>', sk: 'COUNTER', is: 'sums by month and meter; open, or sealed by the deletion' },
  UsageEvent: { pk: 'USAGE#<workspaceId>#<shard>', sk: 'EVENT#<hash of the event id>', is: 'says that an event was counted; TTL' },
  Billing: { pk: 'WORKSPACE#<workspaceId>', sk: 'BILLING', is: 'customer and payment method at the payment provider' },
  Deletion: {
    pk: 'DELETION#<deletionId>',
    sk: 'DELETION',
    gsi2pk: 'DUE#<shard>',
    gsi2sk: '<dueAt>',
    is: 'a deletion: its steps and counts; stays',
  },
  Invoice: {
    pk: 'INVOICE#<invoiceId>',
    sk: 'INVOICE',
    gsi2pk: 'DUE#<shard>',
    gsi2sk: '<dueAt>',
    is: 'an invoice, and what it owes to the payment provider; stays',
  },
  Reader: {
    pk: 'INVOICE#<invoiceId>',
    sk: 'READER#<accountId>',
    gsi2pk: 'DUE#<shard>',
    gsi2sk: '<dueAt>',
    is: 'who may read an invoice and its deletion, and whether its e-mail is owed; stays',
  },
  InvoicePointer: { pk: 'ACCOUNT#<accountId>', sk: 'INVOICE#<requestedAt>#<invoiceId>', is: 'an invoice that the account may read; stays' },
  InvoiceNumber: { pk: 'COUNTER', sk: 'INVOICE', is: 'the last invoice number that was given' },
  IdempotencyRecord: { pk: 'WORKSPACE#<workspaceId>', sk: 'REPLAY#<hash>', is: 'a request with an Idempotency-Key that was answered; TTL' },
  MailQuota: {
    pk: 'MAILBOX#<hash of the address>',
    sk: 'MAILED#<day>',
    is: 'invitation e-mails on a UTC day to a mailbox (the address without its tag); TTL',
  },
  MailBlock: { pk: 'MAILBOX#<hash of the address>', sk: 'BLOCK', is: 'bounced or complained: not written to until then; TTL' },
} as const satisfies Record<
  string,
  { pk: string; sk: string; gsi1pk?: string; gsi1sk?: string; gsi2pk?: string; gsi2sk?: string; is: string }
>

/** How the sort keys begin of what is queried together. */
const prefix = {
  member: 'MEMBER#',
  invitation: 'INVITATION#',
  project: 'PROJECT#',
  apiKey: 'APIKEY#',
  reader: 'READER#',
  invoicePointer: 'INVOICE#',
} as const

const workspacePk = (workspaceId: string): string => `WORKSPACE#${workspaceId}`
const usagePk = (workspaceId: string, shard: number): string => `USAGE#${workspaceId}#${shard}`
const invoicePk = (invoiceId: string): string => `INVOICE#${invoiceId}`
const accountPk = (accountId: string): string => `ACCOUNT#${accountId}`
const mailboxPk = (mailbox: string): string => `MAILBOX#${mailbox}`

export const keys = {
  account: (accountId: string): Key<Account & Due> => ({ pk: accountPk(accountId), sk: 'ACCOUNT' }),
  inviteQuota: (accountId: string, day: string): Key<DayCount> => ({ pk: accountPk(accountId), sk: `INVITED#${day}` }),
  paymentTries: (accountId: string): Key<PaymentTries & Partial<Collected>> => ({ pk: accountPk(accountId), sk: 'TRIES' }),
  callerMemory: (accountId: string, hash: string): Key<IdempotencyRecord & Collected> => ({
    pk: accountPk(accountId),
    sk: `REPLAY#${hash}`,
  }),
  workspace: (workspaceId: string): Key<Workspace> => ({ pk: workspacePk(workspaceId), sk: 'WORKSPACE' }),
  member: (workspaceId: string, accountId: string): Key<Member & Listed> => ({
    pk: workspacePk(workspaceId),
    sk: `${prefix.member}${accountId}`,
  }),
  memberAddress: ({ workspaceId, addressKey }: InvitationPlace): Key<MemberAddress> => ({
    pk: workspacePk(workspaceId),
    sk: `ADDRESS#${addressKey}`,
  }),
  invitation: ({ workspaceId, addressKey }: InvitationPlace): Key<Invitation & Listed & Due> => ({
    pk: workspacePk(workspaceId),
    sk: `${prefix.invitation}${addressKey}`,
  }),
  project: (workspaceId: string, projectId: string): Key<Project> => ({
    pk: workspacePk(workspaceId),
    sk: `${prefix.project}${projectId}`,
  }),
  apiKey: ({ workspaceId, apiKeyId }: ApiKeyPlace): Key<ApiKey> => ({ pk: workspacePk(workspaceId), sk: `${prefix.apiKey}${apiKeyId}` }),
  usageCounter: (workspaceId: string, shard: number): Key<UsageCounter> => ({ pk: usagePk(workspaceId, shard), sk: 'COUNTER' }),
  usageEvent: (workspaceId: string, shard: number, hash: string): Key<CountedEvent> => ({
    pk: usagePk(workspaceId, shard),
    sk: `EVENT#${hash}`,
  }),
  billing: (workspaceId: string): Key<Billing> => ({ pk: workspacePk(workspaceId), sk: 'BILLING' }),
  deletion: (deletionId: string): Key<Deletion & Due> => ({ pk: `DELETION#${deletionId}`, sk: 'DELETION' }),
  invoice: (invoiceId: string): Key<Invoice & Due> => ({ pk: invoicePk(invoiceId), sk: 'INVOICE' }),
  reader: (invoiceId: string, accountId: string): Key<Reader & Due> => ({ pk: invoicePk(invoiceId), sk: `${prefix.reader}${accountId}` }),
  invoicePointer: (accountId: string, position: string): Key<InvoicePointer> => ({
    pk: accountPk(accountId),
    sk: `${prefix.invoicePointer}${position}`,
  }),
  invoiceNumber: { pk: 'COUNTER', sk: 'INVOICE' } as Key<InvoiceNumber>,
  record: (workspaceId: string, hash: string): Key<IdempotencyRecord & Collected> => ({
    pk: workspacePk(workspaceId),
    sk: `REPLAY#${hash}`,
  }),
  mailQuota: (mailbox: string, day: string): Key<DayCount> => ({ pk: mailboxPk(mailbox), sk: `MAILED#${day}` }),
  mailBlock: (mailbox: string): Key<MailBlock & Collected> => ({ pk: mailboxPk(mailbox), sk: 'BLOCK' }),
}

/** Index keys. `gsi1`: what is somebody's (memberships, invitations to an address). `gsi2`: what the sweep must look at, and when. */
export const indexKeys = {
  membership: (accountId: string, joinedAt: string, workspaceId: string) => ({
    gsi1pk: accountPk(accountId),
    gsi1sk: `${joinedAt}#${workspaceId}`,
  }),
  invitedAddress: (mailbox: string, createdAt: string, invitationId: string) => ({
    gsi1pk: `ADDRESS#${mailbox}`,
    gsi1sk: `${createdAt}#${invitationId}`,
  }),
  due: (shardOf: string, dueAt: string) => ({ gsi2pk: duePartition(dueShardOf(shardOf)), gsi2sk: dueAt }),
}

/** What is asked for together: one partition of the table or of an index, whole or a range of it, and of which type its items are. */
export interface Collection<out T = unknown> {
  readonly index?: keyof typeof indexes
  readonly pk: string
  /** Sort keys that begin with this. */
  readonly beginsWith?: string
  /** Sort keys up to and including this. */
  readonly upTo?: string
  /** From the last sort key back to the first. */
  readonly backwards?: boolean
  readonly [item]?: T
}

/** A collection that is read page by page. */
export interface Listing<out T = unknown> extends Collection<T> {
  /** The item that stands at a position: the sort key, without what all of the collection begin with. */
  readonly keyAt: (position: string) => Key<T>
}

/** What follows the first `#` of a key: the id that it is made of. */
const behindFirstHash = (text: string): string => text.slice(text.indexOf('#') + 1)

/** The workspace that an item lies in, by its key. */
export const workspaceIdIn = ({ pk }: Key): string => behindFirstHash(pk)

/** Everything that is queried. */
export const collections = {
  members: (workspaceId: string): Collection<Member> => ({ pk: workspacePk(workspaceId), beginsWith: prefix.member }),
  invitations: (workspaceId: string): Collection<Invitation> => ({ pk: workspacePk(workspaceId), beginsWith: prefix.invitation }),
  projects: (workspaceId: string): Listing<Project> => ({
    pk: workspacePk(workspaceId),
    beginsWith: prefix.project,
    keyAt: (projectId) => keys.project(workspaceId, projectId),
  }),
  apiKeys: (workspaceId: string): Collection<ApiKey> => ({ pk: workspacePk(workspaceId), beginsWith: prefix.apiKey }),
  readers: (invoiceId: string): Collection<Reader> => ({ pk: invoicePk(invoiceId), beginsWith: prefix.reader }),
  /** The invoices that an account may read, newest first. */
  invoicePointers: (accountId: string): Listing<InvoicePointer> => ({
    pk: accountPk(accountId),
    beginsWith: prefix.invoicePointer,
    backwards: true,
    keyAt: (position) => keys.invoicePointer(accountId, position),
  }),
  /** The workspaces that an account is in. */
  memberships: (accountId: string): Listing<Member> => ({
    index: 'gsi1',
    pk: indexKeys.membership(accountId, '', '').gsi1pk,
    keyAt: (position) => keys.member(behindFirstHash(position), accountId),
  }),
  /** The invitations to an address, in all workspaces. */
  invitationsTo: (mailbox: string): Listing<Invitation> => ({
    index: 'gsi1',
    pk: indexKeys.invitedAddress(mailbox, '', '').gsi1pk,
    keyAt: (position) => keys.invitation(invitationPlace(behindFirstHash(position)) ?? { workspaceId: '', addressKey: '' }),
  }),
  /** What the sweep must look at until a moment, in one of the index's partitions. */
  due: (shard: number, until: string): Collection<Due> => ({ index: 'gsi2', pk: duePartition(shard), upTo: until }),
  /** All that lies beside a workspace item, with it. */
  inWorkspace: (workspaceId: string): Collection => ({ pk: workspacePk(workspaceId) }),
  /** The counter of a shard and the events that it counted. */
  usage: (workspaceId: string, shard: number): Collection => ({ pk: usagePk(workspaceId, shard) }),
}

/** The keys of due items, by what they are of. */
export const dueKeys = (found: readonly Key[]) => {
  const of = <T>(pk: string, sk: string) => found.filter((key): key is Key<T & Due> => key.pk.startsWith(pk) && key.sk.startsWith(sk))
  return {
    invitations: of<Invitation>(workspacePk(''), prefix.invitation),
    deletions: of<Deletion>(keys.deletion('').pk, keys.deletion('').sk),
    readers: of<Reader>(invoicePk(''), prefix.reader),
    invoices: of<Invoice>(invoicePk(''), keys.invoice('').sk),
    accounts: of<Account>(accountPk(''), keys.account('').sk),
  }
}

/** The due index is spread over this many partitions, each asked by the sweep. */
export const dueShards = 4
const dueShardOf = (text: string): number => (text.codePointAt(text.length - 1) ?? 0) % dueShards
const duePartition = (shard: number): string => `DUE#${shard}`

export const indexes = { gsi1: 'gsi1', gsi2: 'gsi2' } as const

const keyAttributes = ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'] as const

/** The table as CreateTable takes it: the local table, the tests' and (through infra/) the deployed one are made from this. */
export const tableDefinition = (tableName: string) =>
  ({
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keyAttributes.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: indexes.gsi1,
        KeySchema: [
          { AttributeName: 'gsi1pk', KeyType: 'HASH' },
          { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: indexes.gsi2,
        KeySchema: [
          { AttributeName: 'gsi2pk', KeyType: 'HASH' },
          { AttributeName: 'gsi2sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  }) satisfies CreateTableCommandInput

const kinds: readonly (readonly [string, string])[] = [
  ['MEMBER#', 'member'],
  ['ADDRESS#', 'memberAddress'],
  ['INVITATION#', 'invitation'],
  ['PROJECT#', 'project'],
  ['APIKEY#', 'apiKey'],
  ['REPLAY#', 'idempotencyKey'],
  ['BILLING', 'paymentMethod'],
  ['COUNTER', 'usageCounter'],
  ['EVENT#', 'usageEvent'],
]

/** The kind of an item of a workspace, as a deletion's receipt counts it. */
export const kindOf = ({ sk }: Key): string => kinds.find(([begins]) => sk.startsWith(begins))?.[1] ?? 'other'

type Entity = keyof typeof entities
type WriteOf = `${'put' | 'update' | 'check' | 'remove'} ${Entity}`

/** One question or change that the table is made for: the call, and the items that it touches. Their cost follows from them. */
export type AccessPattern = { readonly is: string; readonly times?: string } & (
  | { readonly get: readonly Entity[] }
  | { readonly query: Entity; readonly where: string; readonly index?: keyof typeof indexes; readonly andGet?: readonly Entity[] }
  | { readonly write: readonly WriteOf[]; readonly optional?: readonly WriteOf[]; readonly indexWrites?: number }
  | { readonly update: Entity; readonly indexWrites?: number }
  | { readonly batch: 'remove' }
)

/** Every access pattern; docs/table.md numbers them and says what each costs. A new one is added at the end, so that numbers stay. */
export const accessPatterns: readonly AccessPattern[] = [
  { is: 'who a person is, before anything else', get: ['Account'] },
  { is: 'an account with its default workspace', get: ['Account', 'Workspace', 'Member'] },
  { is: 'whether somebody is in a workspace, and as what', get: ['Workspace', 'Member'] },
  { is: 'what an API key may', get: ['ApiKey', 'Workspace'] },
  { is: 'whether a request was answered before', get: ['IdempotencyRecord'] },
  { is: 'whether a createWorkspace was answered before', get: ['CallerMemory'] },
  {
    is: 'make an account and its default workspace',
    write: ['put Account', 'put Workspace', 'put Member', 'put MemberAddress'],
  },
  { is: 'make a workspace', write: ['put Workspace', 'put Member', 'put MemberAddress'], optional: ['put CallerMemory'] },
  {
    is: 'the workspaces of an account, oldest membership first',
    query: 'Member',
    index: 'gsi1',
    where: 'gsi1pk = ACCOUNT#<accountId>',
    andGet: ['Workspace', 'Member'],
  },
  { is: 'rename a workspace', write: ['update Workspace', 'check Member'] },
  { is: 'the members of a workspace', query: 'Member', where: 'pk = WORKSPACE#<workspaceId>, sk begins with MEMBER#' },
  { is: 'one member', get: ['Member'] },
  { is: 'change a role', write: ['update Workspace', 'update Member', 'check Member'] },
  { is: 'remove a member', write: ['update Workspace', 'check Member', 'remove Member', 'remove MemberAddress'] },
  { is: 'leave a workspace', write: ['update Workspace', 'remove Member', 'remove MemberAddress'], optional: ['update Member'] },
  { is: 'what is known of addresses that are invited', get: ['Invitation', 'MemberAddress', 'MailBlock'], times: 'addresses' },
  { is: 'reserve one of the day’s e-mails to an address', update: 'MailQuota', times: 'addresses' },
  {
    is: 'invite addresses',
    write: ['update Workspace', 'check Member', 'update InviteQuota', 'put Invitation'],
    optional: ['put IdempotencyRecord'],
    times: 'addresses',
  },
  {
    is: 'send an invitation again',
    write: ['check Workspace', 'check Member', 'check MailBlock', 'update InviteQuota', 'update MailQuota', 'update Invitation'],
    optional: ['put IdempotencyRecord'],
    indexWrites: 2,
  },
  { is: 'the invitations of a workspace', query: 'Invitation', where: 'pk = WORKSPACE#<workspaceId>, sk begins with INVITATION#' },
  {
    is: 'the invitations to an address, oldest first',
    query: 'Invitation',
    index: 'gsi1',
    where: 'gsi1pk = ADDRESS#<hash of the address>',
    andGet: ['Invitation', 'Workspace'],
  },
  { is: 'what a link or an invitation id is for', get: ['Invitation', 'Workspace'] },
  {
    is: 'everything that answering an invitation is decided on',
    get: ['Invitation', 'Workspace', 'Member', 'Account', 'Workspace', 'Member'],
  },
  {
    is: 'join by an invitation (and, without an account, get one)',
    write: ['update Workspace', 'update Invitation', 'put Member', 'put MemberAddress'],
    optional: ['put Account', 'put Workspace', 'put Member', 'put MemberAddress', 'update Account'],
    indexWrites: 4,
  },
  { is: 'decline or revoke an invitation', write: ['update Workspace', 'remove Invitation'], optional: ['check Member'] },
  { is: 'claim and settle the e-mail of an invitation', write: ['update Invitation'], optional: ['check MailBlock'], indexWrites: 2 },
  {
    is: 'the projects of a workspace, oldest first',
    query: 'Project',
    where: 'pk = WORKSPACE#<workspaceId>, sk begins with PROJECT#',
  },
  { is: 'one project', get: ['Project'] },
  { is: 'create a project', write: ['check Workspace', 'check Member', 'put Project'], optional: ['put IdempotencyRecord'] },
  { is: 'rename a project', write: ['check Workspace', 'check Member', 'update Project'] },
  { is: 'delete a project', write: ['check Workspace', 'check Member', 'remove Project'] },
  { is: 'the API keys of a workspace', query: 'ApiKey', where: 'pk = WORKSPACE#<workspaceId>, sk begins with APIKEY#' },
  { is: 'create an API key', write: ['update Workspace', 'check Member', 'put ApiKey'], optional: ['put IdempotencyRecord'] },
  { is: 'rotate an API key', write: ['check Workspace', 'check Member', 'update ApiKey'], optional: ['put IdempotencyRecord'] },
  { is: 'revoke an API key', write: ['update Workspace', 'check Member', 'remove ApiKey'] },
  { is: 'note that an API key was used (at most once a minute)', update: 'ApiKey' },
  { is: 'count usage events of one shard (at most 99)', write: ['put UsageEvent', 'update UsageCounter'], times: 'events' },
  { is: 'open a shard’s counter', write: ['check Workspace', 'put UsageCounter'] },
  { is: 'the usage of a workspace', get: ['UsageCounter'], times: 'shards' },
  { is: 'the payment method of a workspace, and the tries of who sets it', get: ['Billing', 'PaymentTries'] },
  { is: 'set the payment method and end the turn', write: ['update Workspace', 'update PaymentTries', 'check Member', 'put Billing'] },
  {
    is: 'begin the deletion of a workspace',
    write: ['update Workspace', 'check Member', 'put Deletion', 'update Reader', 'put InvoicePointer'],
    indexWrites: 1,
  },
  { is: 'a deletion, for those who may see it', get: ['Deletion', 'Reader', 'Member'] },
  { is: 'an invoice, for those who may see it', get: ['Invoice', 'Reader'] },
  {
    is: 'the invoices that an account may see, newest first',
    query: 'InvoicePointer',
    where: 'pk = ACCOUNT#<accountId>, sk begins with INVOICE#',
    andGet: ['Invoice'],
  },
  { is: 'note how far a deletion is', update: 'Deletion', indexWrites: 2 },
  { is: 'seal the usage of a workspace', update: 'UsageCounter', times: 'shards' },
  {
    is: 'issue the final invoice under the next number',
    write: ['update Deletion', 'put Invoice', 'update InvoiceNumber'],
    indexWrites: 3,
  },
  { is: 'note a payment, or what an invoice owes to the payment provider', update: 'Invoice', indexWrites: 2 },
  { is: 'who may read an invoice', query: 'Reader', where: 'pk = INVOICE#<invoiceId>, sk begins with READER#' },
  { is: 'owe or settle an invoice’s e-mail', update: 'Reader', indexWrites: 1 },
  { is: 'erase a page of what a workspace left (25 a call)', batch: 'remove' },
  {
    is: 'what is due (invitations, deletions, invoices and their readers, accounts), in each partition of the sweep',
    query: 'Invitation',
    index: 'gsi2',
    where: 'gsi2pk = DUE#<shard>, gsi2sk up to now',
    andGet: ['Invitation'],
  },
  { is: 'take out invitations that have ended', write: ['update Workspace', 'remove Invitation'], times: 'invitations' },
  { is: 'the invitation that a mail event is about', get: ['Invitation'] },
  { is: 'note that an e-mail bounced or was complained about', write: ['check Workspace', 'update Invitation', 'put MailBlock'] },
  { is: 'give back a reserved e-mail that was not sent', write: ['update MailQuota'], times: 'addresses' },
  { is: 'whether invitations that are due are dead', get: ['Workspace'], times: 'workspaces' },
  { is: 'make a dead invitation say so', write: ['update Workspace', 'update Invitation'], indexWrites: 3 },
  { is: 'forget who was dismissed', write: ['update Workspace'] },
  { is: 'claim the e-mail of an invoice', write: ['update Reader', 'check MailBlock'] },
  { is: 'what the e-mail of an invoice is made of', get: ['Reader', 'Invoice', 'Account'] },
  { is: 'the e-mail of an invoice that a mail event is about', get: ['Reader'] },
  { is: 'note that the e-mail of an invoice bounced or was complained about', write: ['update Reader', 'put MailBlock'] },
  { is: 'note that a newer token carried the same e-mail', write: ['update Account'] },
  { is: 'take over another e-mail, or another name', write: ['update Account'], indexWrites: 1 },
  {
    is: 'carry an account into a member row (and, with another e-mail, its address row)',
    write: ['check Workspace', 'update Member'],
    optional: ['remove MemberAddress', 'put MemberAddress'],
  },
  { is: 'owe or settle the member rows of an account', update: 'Account', indexWrites: 2 },
  { is: 'take the turn at the payment method of a workspace', write: ['update Workspace', 'update PaymentTries', 'check Billing'] },
  { is: 'whether it is somebody’s turn at the payment method of a workspace', get: ['Workspace', 'Billing', 'PaymentTries'] },
  { is: 'an invoice, for those who may pay it', get: ['Invoice', 'Reader', 'PaymentTries'] },
  { is: 'take or end the turn at an invoice', write: ['update Invoice', 'update PaymentTries'] },
  { is: 'give back a try whose turn could not be ended', write: ['update PaymentTries'] },
  {
    is: 'invite addresses that were invited before',
    write: ['update Workspace', 'check Member', 'update InviteQuota', 'update Invitation'],
    optional: ['put Invitation', 'put IdempotencyRecord'],
    indexWrites: 2,
  },
  { is: 'one API key', get: ['ApiKey'] },
  { is: 'how far a deletion is', get: ['Deletion'] },
  { is: 'let an admin read a deletion and its invoice', write: ['update Reader', 'put InvoicePointer'], indexWrites: 1 },
  { is: 'end a step of a deletion; the last leaves a tombstone', write: ['update Deletion'], optional: ['put Workspace'], indexWrites: 2 },
  { is: 'what a final invoice is made of, beside the usage', get: ['Workspace', 'Billing'] },
  { is: 'the last invoice number', get: ['InvoiceNumber'] },
]
