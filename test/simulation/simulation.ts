import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { finalInvoiceIdOf } from '#shared/domain/ids.ts'
import { rowsOf } from '#test/support/departure.ts'
import { problemsOf } from '#test/support/invariants.ts'
import { watchAccepting } from './accepting.ts'
import { erase, live, pay, report, welcome } from './actors.ts'
import { type Cards, foundTeam, people, signEverybodyUp, type Team } from './cast.ts'
import { endOf, numberProblems, problemsOfEnd, problemsOfPayment } from './checks.ts'
import type { Weather } from './faulty-client.ts'
import { watchFreezing } from './frozen.ts'
import { type StagedWorld, stagedWorld } from './staged-world.ts'
import { takeOver } from './take-over.ts'

/** The outcome of a seed. */
export interface RunResult {
  readonly seed: number
  /** The violations; empty in a correct run. */
  readonly problems: readonly string[]
  /** How many calls left a process. */
  readonly turns: number
  /** Equal for equal interleavings. */
  readonly fingerprint: string
  readonly milliseconds: number
  readonly trace: readonly string[]
}

const storm: Weather = {
  lostAnswer: 0.15,
  lostRequest: 0.03,
  conflict: 0.05,
  throttle: 0.02,
  halves: 0.3,
  lostMessage: 0.15,
  providerFailure: 0.05,
  crash: 0.12,
}

/** Plays a seed: workspaces are used, deleted, charged for and purged while everything fails. Then checks what is left. */
export async function simulate(endpoint: string, seed: number): Promise<RunResult> {
  const began = performance.now()
  const world = await stagedWorld(endpoint, seed)
  const giveBack = takeOver(world.stage, seed, world.wallClock)
  let failure: string[] = []
  try {
    await world.stage.play(() => story(world))
  } catch (error) {
    failure = [error instanceof Error ? (error.stack ?? error.message) : String(error)]
  } finally {
    giveBack()
    await world.close()
  }
  const { trace } = world.stage
  return {
    seed,
    problems: [...new Set([...world.problems, ...failure])],
    turns: trace.length,
    fingerprint: createHash('sha256').update(trace.join('\n')).digest('hex').slice(0, 12),
    milliseconds: Math.round(performance.now() - began),
    trace,
  }
}

async function story(world: StagedWorld): Promise<void> {
  const { random } = world.stage
  await signEverybodyUp(world)
  const cards = () => random.pick<Cards>(['good', 'good', 'good', 'declined', 'none'])
  const teams = [await foundTeam(world, 'Blue Team', cards())]
  if (random.chance(0.4)) teams.push(await foundTeam(world, 'Red Team', cards()))
  const bystander = await foundTeam(world, 'Green Team', cards())
  while (world.queues.open > 0) await world.stage.sleep(100)
  const green = () => world.look(() => picture(world, bystander))
  const before = await green()
  const frozen = watchFreezing(world)
  watchAccepting(world)

  await rage(world, teams)
  const ends = () => world.look(() => Promise.all(teams.map((team) => endOf(world, team))))
  const late = await ends()
  await calm(world, teams)

  const after = await ends()
  if (
    !isDeepStrictEqual(
      late.map(({ deletion }) => deletion),
      after.map(({ deletion }) => deletion),
    )
  )
    world.problems.push('a message that came late has changed a completed deletion')
  if ((await green()) !== before) world.problems.push('another workspace has changed')
  for (const team of teams) world.problems.push(...(await world.look(() => problemsOfEnd(world, team, frozen.get(team.id)))))
  world.problems.push(...(await world.look(() => numberProblems(world))), ...(await world.look(() => problemsOf(world.bare))))
  for (const team of teams) await payAtLast(world, team)
}

/** Everyone acts and everything fails until the deletions are completed. */
async function rage(world: StagedWorld, teams: readonly Team[]): Promise<void> {
  const { stage, processes } = world
  const { random } = stage
  world.weather = storm
  Object.assign(processes, { crash: storm.crash, uneven: true })
  const actors = teams.flatMap((team) => {
    const before = random.pick([50, 300, 900])
    return [
      ...team.reporters.map((key) => report(world, team, key, 8)),
      report(world, team, team.allRounder, 3),
      ...[...people, team.allRounder].map((as) => live(world, team, as, 3)),
      welcome(world, team),
      erase(world, team, before),
      pay(world, team),
    ]
  })
  const ends = () => world.look(() => Promise.all(teams.map((team) => endOf(world, team))))
  const isCompleted = async () => (await ends()).every(({ deletion }) => deletion?.step === 'completed')
  let isOver = false
  const background = [sweep(world, () => isOver), mischief(world, () => isOver)]
  await Promise.all(actors)
  while (!(await isCompleted())) await stage.sleep(10_000)
  isOver = true
  await Promise.all(background)
}

/** The schedule: once a minute, and now and then in between. */
async function sweep(world: StagedWorld, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await world.stage.sleep(world.stage.random.pick([500, 60_000, 60_000]))
    await world.work('cleanUp').catch(() => {})
  }
}

const days = (count: number) => count * 86_400_000

/**
 * The clock jumps (by less in total than an invitation's lifetime, so that nothing expires); for a while the provider is down, rejects us,
 * loses its data, or is called with another account's key.
 */
async function mischief(world: StagedWorld, isOver: () => boolean): Promise<void> {
  const { random, sleep } = world.stage
  const { faults, payments, act } = world.provider
  const isExchanged = random.chance(0.3)
  while (!isOver()) {
    await sleep(random.below(3_000))
    if (random.chance(0.3)) world.pass(random.pick([-2_000, 20_000, 20_000, 300_000, world.jumped < days(3) ? days(1.05) : 0]))
    const isDown = random.chance(0.3)
    faults.paymentProvider = isDown ? 'down' : null
    faults.status = random.chance(0.2) ? random.pick([401, 403, 409, 429, 500, 400]) : null
    if (isExchanged) Object.assign(world.services, { payments: random.chance(0.3) ? payments.other : payments.own })
    if (random.chance(0.3)) await act()
    await sleep(isDown ? random.pick([100, 1_000, 100_000]) : random.pick([1_000, 100_000]))
  }
}

/** Gives the service the key of the account that an invoice is charged in, and removes all faults of the provider. */
async function mendProvider(world: StagedWorld, team?: Team): Promise<void> {
  const { faults, payments } = world.provider
  Object.assign(faults, { paymentProvider: null, status: null })
  const invoice = team && (await world.look(() => endOf(world, team))).invoice
  const account = invoice?.account ?? invoice?.billing?.account ?? ''
  Object.assign(world.services, { payments: account.startsWith('acct_other') ? payments.other : payments.own })
}

/** No more faults: what is still queued is processed, however late. */
async function calm(world: StagedWorld, teams: readonly Team[]): Promise<void> {
  world.weather = {}
  Object.assign(world.processes, { crash: 0, uneven: false })
  for (const team of teams) {
    await mendProvider(world, team)
    for (let round = 0; round < 4 || world.queues.open > 0; round++) {
      await world.stage.sleep(400_000)
      await world.work('cleanUp')
    }
  }
  for (const team of teams) await report(world, team, team.reporters[0] ?? '', 1)
}

/** The former admins can pay what is still open, once; an hour later, so that none of their refusals counts any more. */
async function payAtLast(world: StagedWorld, team: Team): Promise<void> {
  await world.stage.sleep(3_600_000)
  const path = { invoiceId: finalInvoiceIdOf(team.id) }
  await mendProvider(world, team)
  await Promise.all(people.map((as) => world.call('payInvoice', { as, path, body: { paymentMethodId: 'pm_card_visa' } })))
  for (const as of people) await world.call('payInvoice', { as, path, body: { paymentMethodId: 'pm_card_visa' } })
  world.problems.push(...(await world.look(() => problemsOfPayment(world, team))))
}

/** Everything of a workspace, byte for byte. */
const picture = async ({ bare }: StagedWorld, { id }: Team): Promise<string> =>
  JSON.stringify(
    (await rowsOf({ services: { table: bare } }, id)).sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1)),
    (_, value) => (typeof value === 'bigint' ? String(value) : value instanceof Set ? [...value] : value),
  )
