import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { Account } from '#shared/domain/account.ts'
import type { ApiKey } from '#shared/domain/api-key.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import { maximumMembers, maximumPending } from '#shared/domain/inviting.ts'
import type { Member } from '#shared/domain/member.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import { type Declaration, listedAt } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { Table } from '#shared/table/engine.ts'

// biome-ignore lint/suspicious/noExplicitAny: items of every kind
export type Row = Record<string, any> & { readonly pk: string; readonly sk: string }

/** Every item of the table, strongly consistent. */
export async function allRows(table: Table): Promise<Row[]> {
  const rows: Row[] = []
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await table.client.send(new ScanCommand({ TableName: table.name, ConsistentRead: true, ExclusiveStartKey }))
    rows.push(...((page.Items ?? []) as Row[]))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey)
  return rows
}

const nameOf = (name: string): string => name.replace(/^\w/, (letter) => letter.toUpperCase())

const forms = Object.entries<Declaration>(keys).map(([name, { pk, sk }]) => {
  const pattern = (template: string) => template.replace(/<[^>]+>/g, '[^#]+')
  return { kind: nameOf(name), form: new RegExp(`^${pattern(pk)}\n${pattern(sk)}$`) }
})

/** Which of the design's entities a row is; undefined if it is none. */
export const kindOf = ({ pk, sk }: Row): string | undefined => forms.find(({ form }) => form.test(`${pk}\n${sk}`))?.kind

/**
 * What must hold of the table whenever nothing is in progress, whatever raced, crashed or was lost before. Returns one line per violation.
 * Of a workspace that is being deleted it only checks that no extra rows exist (the deletion has its own proof).
 */
export async function problemsOf(table: Table): Promise<string[]> {
  const rows = await allRows(table)
  const accounts = new Map(rows.filter((row) => kindOf(row) === 'Account').map((row) => [row.id as string, row as Account & Row]))
  const partitions = Map.groupBy(
    rows.filter(({ pk }) => pk.startsWith('WORKSPACE#')),
    ({ pk }) => pk.slice('WORKSPACE#'.length),
  )
  return [
    ...rows.flatMap((row) => (kindOf(row) ? [] : `${row.pk} ${row.sk}: of no known kind`)),
    ...rows.flatMap((row) => (row.count < 0 ? `${row.pk} ${row.sk}: counts ${row.count}` : [])),
    ...[...partitions].flatMap(([id, inside]) => workspaceProblems(inside, accounts).map((problem) => `${id}: ${problem}`)),
  ]
}

function workspaceProblems(rows: readonly Row[], accounts: ReadonlyMap<string, Account & Row>): string[] {
  const of = <T>(kind: string): (T & Row)[] => rows.filter((row) => kindOf(row) === kind) as (T & Row)[]
  const [workspace] = of<Workspace>('Workspace')
  if (!workspace) return [`${rows.length} rows of a workspace that does not exist`]
  if (workspace.status !== 'active') return []
  const members = of<Member>('Member')
  const invitations = of<Invitation>('Invitation')
  const pending = invitations.filter(({ status }) => status === 'pending')
  const found = {
    memberCount: members.length,
    adminCount: members.filter(({ role }) => role === 'admin').length,
    pendingCount: pending.length,
    apiKeyCount: of<ApiKey>('ApiKey').length,
  }
  return [
    ...Object.entries(found).flatMap(([name, count]) =>
      workspace[name] === count ? [] : `${name} says ${workspace[name]}, there are ${count}`,
    ),
    ...(members.length === 0 ? ['has no member'] : found.adminCount === 0 ? ['has members, but no admin'] : []),
    ...(members.length > maximumMembers ? [`has ${members.length} members`] : []),
    ...(pending.length > maximumPending ? [`has ${pending.length} pending invitations`] : []),
    ...addressProblems(members, of('MemberAddress')),
    ...members.flatMap((member) => memberProblems(member, accounts)),
    ...invitations.flatMap(invitationProblems),
  ]
}

/** Every member has the address row that their own row names, and no other address row exists. */
function addressProblems(members: readonly (Member & Row)[], addresses: readonly Row[]): string[] {
  const expected = members
    .flatMap(({ workspaceId, addressKey, accountId }) =>
      addressKey === undefined ? [] : `${keys.memberAddress({ workspaceId, addressKey }).sk} of ${accountId}`,
    )
    .sort()
  const found = addresses.map(({ sk, accountId }) => `${sk} of ${accountId}`).sort()
  return [
    ...expected.filter((row) => !found.includes(row)).map((row) => `lacks ${row}`),
    ...found.filter((row) => !expected.includes(row)).map((row) => `should not have ${row}`),
  ]
}

/** If an account owes nothing, its member rows carry its current values. */
const isCarried = (member: Member & Row, { gsi2pk, email, emailVerified, name }: Account & Row): boolean =>
  gsi2pk !== undefined || (member.email === email && (member.emailVerified ?? false) === (emailVerified ?? false) && member.name === name)

function memberProblems(member: Member & Row, accounts: ReadonlyMap<string, Account & Row>): string[] {
  const account = accounts.get(member.accountId)
  const index = listedAt(keys.member, member)
  const isListed = member.gsi1pk === index.gsi1pk && member.gsi1sk === index.gsi1sk
  return [
    ...(account ? [] : [`member ${member.accountId} has no account`]),
    ...(account && !isCarried(member, account) ? [`member ${member.accountId} is not shown as their account says`] : []),
    ...(isListed ? [] : [`member ${member.accountId} is not in the list of their workspaces`]),
  ]
}

/** A pending invitation is in its address's list, an accepted one is not; both become due some day; an owed e-mail becomes due soon. */
function invitationProblems(invitation: Invitation & Row): string[] {
  const { id, status, gsi1pk, gsi2pk, gsi2sk, outbox, delivery, sendCount, tokenHashes } = invitation
  const problems = [
    (status === 'pending') !== (gsi1pk !== undefined) && `is ${status} and ${gsi1pk ? 'in' : 'not in'} the list of its address`,
    !(gsi2pk && gsi2sk) && 'is never due',
    outbox && status !== 'pending' && 'owes an e-mail although it has ended',
    status === 'pending' && delivery === 'queued' && !outbox && 'is queued, but owes no e-mail',
    delivery === 'sent' && outbox && 'is sent and still owes an e-mail',
    sendCount === 0 && tokenHashes && 'has a link that was never sent',
  ]
  return problems.filter((problem) => typeof problem === 'string').map((problem) => `invitation ${id} ${problem}`)
}
