import { finalInvoiceIdOf } from '#shared/domain/ids.ts'
import type { Ask } from '#test/support/event.ts'
import { cardsOf, people, type Team } from './cast.ts'
import { type Event, possibleEvents } from './ledger.ts'
import { accountIdOf, type Heard, type StagedWorld } from './staged-world.ts'

/** The statuses that a person may get who no longer has access: none at all, not found, not signed in, or unavailable. */
const shut = [0, 401, 404, 503]

/** Sends a request to a workspace. Every request sent after the 202 must be refused. */
async function ask(world: StagedWorld, team: Team, name: string, { path, ...rest }: Ask): Promise<Heard> {
  const { isGone } = team
  const heard = await world.call(name, { path: { workspaceId: team.id, ...path }, ...rest })
  if (isGone && !shut.includes(heard.status)) world.problems.push(`${name} answered ${heard.status} after the 202`)
  return heard
}

const pause = ({ stage }: StagedWorld, milliseconds: number) => stage.sleep(stage.random.below(milliseconds))

/** Reports random batches with a key, repeating those with an unknown outcome, until it is refused for good. */
export async function report(world: StagedWorld, team: Team, as: string, rounds: number): Promise<void> {
  const { random } = world.stage
  const events = possibleEvents(new Date(world.wallClock() - 25 * 86_400_000).toISOString())
  for (let round = 0; round < rounds; round++) {
    const batch = random.shuffled(events).slice(0, 1 + random.below(7))
    for (let attempt = 0; attempt < 4; attempt++) {
      const { status } = await reportOnce(world, team, as, batch)
      if (status === 401 && random.chance(0.7)) return
      if (status === 200 && random.chance(0.8)) break
    }
    await pause(world, 30)
  }
}

async function reportOnce(world: StagedWorld, team: Team, as: string, events: readonly Event[]): Promise<Heard> {
  const heard = await ask(world, team, 'reportUsage', { as, body: { events } })
  team.ledger.note(events, heard.status, heard.body?.accepted ?? 0)
  return heard
}

type Act = (world: StagedWorld, team: Team, as: string) => Promise<unknown>

const simply =
  (name: string, make: (world: StagedWorld) => Ask = () => ({})): Act =>
  (world, team, as) =>
    ask(world, team, name, { as, ...make(world) })

/** Lists something, and does something to one of its entries. */
const toOne =
  (list: string, name: string, make: (id: string) => Ask): Act =>
  async (world, team, as) => {
    const { body } = await ask(world, team, list, { as })
    const found: { id: string; name?: string }[] = body?.data ?? []
    const one = found.filter((each) => !/eporter/.test(each.name ?? ''))
    if (one.length > 0) await ask(world, team, name, { as, ...make(world.stage.random.pick(one).id) })
  }

const once = ({ stage }: StagedWorld) => (stage.random.chance(0.5) ? { 'idempotency-key': `key-${stage.random.below(3)}` } : {})

/** What people do. */
const acts: readonly Act[] = [
  simply('getWorkspace'),
  simply('listMembers'),
  simply('previewInvoice'),
  simply('getUsage'),
  simply('updateWorkspace', ({ stage }) => ({ body: { name: `Team ${stage.random.below(9)}` } })),
  simply('createProject', (world) => ({ body: { name: 'New' }, headers: once(world) })),
  simply('createProject', () => ({ body: { name: 'Newer' } })),
  toOne('listProjects', 'deleteProject', (projectId) => ({ path: { projectId } })),
  toOne('listProjects', 'updateProject', (projectId) => ({ path: { projectId }, body: { name: 'Renamed' } })),
  simply('createApiKey', (world) => ({ body: { name: 'New' }, headers: once(world) })),
  toOne('listApiKeys', 'rotateApiKey', (apiKeyId) => ({ path: { apiKeyId }, body: { graceSeconds: 60 } })),
  toOne('listApiKeys', 'revokeApiKey', (apiKeyId) => ({ path: { apiKeyId } })),
  simply('createInvitations', ({ stage }) => ({ body: { emails: [`guest${stage.random.below(3)}@example.org`, 'eve@example.com'] } })),
  simply('createInvitations', ({ stage }) => ({
    body: { emails: people.map((name) => `${name}@example.com`), role: stage.random.pick(['admin', 'member']) },
  })),
  accept,
  toOne('listInvitations', 'resendInvitation', (invitationId) => ({ path: { invitationId } })),
  toOne('listInvitations', 'revokeInvitation', (invitationId) => ({ path: { invitationId } })),
  simply('updateMember', ({ stage }) => ({
    path: { accountId: accountIdOf(stage.random.pick(people)) },
    body: { role: stage.random.pick(['admin', 'admin', 'developer', 'member']) },
  })),
  simply('removeMember', ({ stage }) => ({ path: { accountId: accountIdOf(stage.random.pick(people)) } })),
  setCard,
]

async function setCard(world: StagedWorld, team: Team, as: string): Promise<void> {
  const cards = cardsOf[team.cards]
  if (cards.length > 0) await ask(world, team, 'setPaymentMethod', { as, body: { paymentMethodId: world.stage.random.pick(cards) } })
}

/** A person with a token, or a key, does one thing after another. */
export async function live(world: StagedWorld, team: Team, as: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await world.stage.random.pick(acts)(world, team, as)
    await pause(world, 60)
  }
}

/** A person accepts their invitation, if there is one. */
async function accept(world: StagedWorld, team: Team, as: string): Promise<void> {
  const { isGone } = team
  const { body } = await world.call('listMyInvitations', { as })
  const invitation = (body?.data ?? []).find((each: { workspaceId: string }) => each.workspaceId === team.id)
  if (!invitation) return
  if (isGone) world.problems.push('an invitation is listed after the 202')
  await ask(world, team, 'acceptInvitation', { as, body: { invitationId: invitation.id } })
}

/** Eve accepts her invitation at some point. */
export async function welcome(world: StagedWorld, team: Team): Promise<void> {
  await pause(world, 600)
  await accept(world, team, 'eve')
}

/** Someone who may deletes the workspace while usage is on its way; then everyone tries to get in. */
export async function erase(world: StagedWorld, team: Team, before: number): Promise<void> {
  const { random } = world.stage
  await pause(world, before)
  const onTheWay = [0, 1, 2, 3].map(() => report(world, team, random.pick(team.reporters), 1))
  while (!team.isGone) {
    const as = random.pick(people)
    const seen = await world.call('getWorkspace', { as, path: { workspaceId: team.id } })
    const confirm = seen.body?.name ?? 'Whatever it was'
    const { status } = await world.call('deleteWorkspace', { as, path: { workspaceId: team.id }, query: { confirm } })
    if (status === 202) team.isGone = true
    await pause(world, 200)
  }
  await Promise.all([...onTheWay, ...[...people, team.allRounder].map((as) => live(world, team, as, 2))])
}

/** Admins read the invoice as soon as it exists, and one of them may pay it while it is being charged; a 503 is retried. */
export async function pay(world: StagedWorld, team: Team): Promise<void> {
  const path = { invoiceId: finalInvoiceIdOf(team.id) }
  while (!team.isGone) await world.stage.sleep(50)
  for (let round = 0; round < 6; round++) {
    await pause(world, 400)
    const as = world.stage.random.pick(people)
    const { status } = await world.call('getInvoice', { as, path })
    if (status === 200) await payUntilClear(world, as, path)
  }
}

async function payUntilClear(world: StagedWorld, as: string, path: { invoiceId: string }): Promise<void> {
  for (let wait = 500; ; wait = Math.min(3 * wait, 60_000)) {
    const { status } = await world.call('payInvoice', { as, path, body: { paymentMethodId: 'pm_card_discover' } })
    if (status !== 0 && status !== 503) return
    // This payer does not come back: the sweep finds the outcome.
    if (world.stage.random.chance(0.3)) return
    await world.stage.sleep(wait)
  }
}
