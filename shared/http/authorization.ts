import type { Account } from '../domain/account.ts'
import { isGood } from '../domain/api-key.ts'
import { isId } from '../domain/ids.ts'
import type { Person } from '../domain/person.ts'
import { requireVerified } from '../domain/person.ts'
import { Refusal } from '../domain/refusals.ts'
import { type Permission, type Role, rolesThatMay, scopeFor } from '../domain/roles.ts'
import { noteUse, readApiKey, stillApiKey } from '../table/api-keys.ts'
import { oneOf } from '../table/conditions.ts'
import * as keys from '../table/design/keys.ts'
import type { Table } from '../table/engine.ts'
import { stillMember } from '../table/members.ts'
import { workspaceNotFound } from '../table/workspaces.ts'
import { type Exchange, workspaceIdIn } from './exchange.ts'
import { badApiKey, type Identity } from './identity.ts'
import { type Access, type Granted, type Reply, takesApiKeys } from './operation.ts'

type InWorkspace = Extract<Access, { permission: Permission }>

/** Reads what the access of the operation asks for, strongly consistent and in one round, and lets the caller in or refuses. */
export async function admit(exchange: Exchange, identity: Identity): Promise<object> {
  if (identity.kind === 'apiKey') return admitApiKey(exchange, identity)
  const { operation, services, event, content } = exchange
  const asked = operation.extraPermission?.({ sent: content?.sent, path: event.pathParameters ?? {}, table: services.table })
  // Nobody waits for it where the caller is refused first.
  asked?.catch(() => {})
  const granted = await admitPerson(exchange, identity.person)
  const permission = await asked
  if (permission) requirePermission(permission, granted as Granted['member'])
  if (exchange.operation.requiresVerifiedEmail) requireVerified(identity.person)
  return granted
}

async function admitPerson(exchange: Exchange, person: Person): Promise<object> {
  const access: Access = exchange.operation.access
  switch (access.kind) {
    case 'token':
      return { caller: person } satisfies Granted['token']
    case 'person':
      return { person } satisfies Granted['person']
    case 'workspace':
    case 'member':
      return admitMember(exchange, permissionFor(access, exchange, person), person)
    default: {
      const account = await requireAccount(exchange.services.table, person)
      if (access.kind === 'apiKey') throw forbidden('Only API keys can call this operation. Create one in your workspace.')
      return { person, account } satisfies Granted['account']
    }
  }
}

const permissionFor = (access: InWorkspace, { event }: Exchange, { accountId }: Person): Permission =>
  access.onSelf && event.pathParameters?.accountId === accountId ? access.onSelf : access.permission

async function requireAccount(table: Table, { accountId }: Person): Promise<Account> {
  const account = await table.get(keys.account(accountId))
  if (!account) throw new Refusal('account_required', 'You have no account yet. Create one with POST /v1/accounts.')
  return account
}

async function admitMember(exchange: Exchange, permission: Permission, person: Person) {
  const { table } = exchange.services
  const workspaceId = workspaceIdIn(exchange.event)
  const wanted = { workspace: keys.workspace(workspaceId), member: keys.member({ workspaceId, accountId: person.accountId }) }
  const { workspace, member } = isId('ws', workspaceId) ? await table.get(wanted) : {}
  if (!workspace || !member || workspace.status !== 'active') {
    // A membership comes with an account; without one, that is the first thing to say.
    if (!member) await requireAccount(table, person)
    // Asked also where nothing was ever there: to whoever is no member, both take the same time.
    const reply = await exchange.operation.answerWhenDeleted?.({ table, person, path: exchange.event.pathParameters ?? {} })
    throw reply ? new EarlyReply(reply) : workspaceNotFound()
  }
  const allowed = requirePermission(permission, { member })
  const authorizationCheck = stillMember(workspaceId, person.accountId, oneOf('role', allowed))
  return { workspace, authorizationCheck, person, member, actorId: person.accountId, role: member.role } satisfies Granted['member'] &
    Granted['workspace']
}

/** How long noting the use of a key may delay an answer, in milliseconds. */
const noteTimeoutMs = 500

async function admitApiKey(exchange: Exchange, { place, hash }: Extract<Identity, { kind: 'apiKey' }>): Promise<object> {
  const { operation, services, event, now, deadline } = exchange
  const access: Access = operation.access
  const { apiKey, workspace } = await readApiKey(services.table, place)
  if (!apiKey || workspace?.status !== 'active' || !isGood(apiKey, hash, now)) throw badApiKey()
  if (takesApiKeys(access)) exchange.noting = noteUse(services.table.until(deadline.atMost(noteTimeoutMs)), apiKey, now).catch(() => {})
  if (access.kind === 'token') return { caller: apiKey } satisfies Granted['token']
  const inPath = workspaceIdIn(event)
  if (inPath && inPath !== workspace.id) throw workspaceNotFound()
  const scope = 'permission' in access && access.kind !== 'member' ? scopeFor(access.permission) : undefined
  if (!scope) throw forbidden('API keys cannot call this operation. Sign in and call it with an access token.')
  if (!apiKey.scopes.includes(scope)) throw forbidden(`This API key lacks the scope ${scope}. Use a key that has it.`)
  const granted = { workspace, authorizationCheck: stillApiKey(apiKey), apiKey, actorId: apiKey.id, role: null }
  return granted satisfies Granted['apiKey'] & Granted['workspace']
}

/** Thrown where the request is answered before the operation runs, because its effect is already there. */
export class EarlyReply extends Error {
  readonly reply: Reply<unknown>
  constructor(reply: Reply<unknown>) {
    super('Answered before the operation')
    this.reply = reply
  }
}

/** Refuses (`forbidden`) a member whose role lacks a permission; answers the roles that have it. */
function requirePermission(permission: Permission, { member }: Pick<Granted['member'], 'member'>): readonly Role[] {
  const allowed = rolesThatMay(permission)
  if (allowed.includes(member.role)) return allowed
  throw forbidden(`Your role in this workspace is ${member.role}. This operation requires ${allowed.join(' or ') || 'an API key'}.`)
}

const forbidden = (detail: string): Refusal => new Refusal('forbidden', detail)
