import type { Ask } from '#test/support/event.ts'
import { Ledger } from './ledger.ts'
import type { StagedWorld } from './staged-world.ts'

/** The cards of a workspace: good ones, declined ones, or none. */
export type Cards = 'good' | 'declined' | 'none'

/** A workspace of a run, and what is known about it from outside. */
export interface Team {
  readonly id: string
  readonly cards: Cards
  /** Secrets of keys that report usage all the time and are never revoked. */
  readonly reporters: readonly string[]
  /** The secret of a key that does everything a key can. */
  readonly allRounder: string
  readonly ledger: Ledger
  /** Whether anyone has seen the 202 of its deletion. */
  isGone: boolean
}

/** Everyone with an account. Eve is invited. */
export const people = ['ann', 'bob', 'cid', 'dan', 'eve'] as const

/** The payment methods of each kind. */
export const cardsOf: Readonly<Record<Cards, readonly string[]>> = {
  good: ['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex'],
  declined: ['pm_card_chargeCustomerFail', 'pm_card_authenticationRequired'],
  none: [],
}

/** Sends a request while no faults are injected; throws if it fails. */
async function sure(world: StagedWorld, name: string, ask: Ask) {
  const { status, body } = await world.call(name, ask)
  if (status < 200 || status > 299) throw new Error(`${name} answered ${status} while the stage was set: ${JSON.stringify(body)}`)
  return body
}

/** Gives everyone an account. */
export async function signEverybodyUp(world: StagedWorld): Promise<void> {
  for (const as of people) await sure(world, 'createAccount', { as })
}

const everything = ['workspace:read', 'projects:read', 'projects:write', 'usage:read', 'usage:write']

/** A workspace with members of every role, keys, projects, an invitation, usage and perhaps a card. */
export async function foundTeam(world: StagedWorld, name: string, cards: Cards): Promise<Team> {
  const { random } = world.stage
  const { id } = await sure(world, 'createWorkspace', { as: 'ann', body: { name } })
  const path = { workspaceId: id as string }
  const here = (operation: string, ask: Ask = {}) => sure(world, operation, { as: 'ann', path, ...ask })
  const key = async (name: string, scopes?: string[]) => (await here('createApiKey', { body: { name, scopes } })).secret as string

  for (const [role, invited] of Object.entries({ [random.pick(['admin', 'developer'])]: ['bob'], member: ['cid', 'dan'] })) {
    const emails = invited.map((person) => `${person}@example.com`)
    const { results } = await here('createInvitations', { body: { emails, role } })
    for (const { invitation, email } of results)
      await sure(world, 'acceptInvitation', { as: email.split('@')[0], body: { invitationId: invitation.id } })
  }
  await here('createInvitations', { body: { emails: ['eve@example.com', 'someone@example.org'] } })
  const [card] = cardsOf[cards]
  if (card) await here('setPaymentMethod', { body: { paymentMethodId: card } })
  for (const project of ['Rocket', 'Engine'])
    await here('createProject', { body: { name: project }, headers: { 'idempotency-key': project } })
  const reporters = [await key('Reporter'), await key('Other reporter')]
  const allRounder = await key('All-rounder', everything)
  return { id, cards, reporters, allRounder, ledger: new Ledger(), isGone: false }
}
