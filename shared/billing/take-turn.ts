import { randomUUID } from 'node:crypto'
import { fingerprint } from '../domain/ids.ts'
import { type PaymentTries, requireTry } from '../domain/payment-tries.ts'
import { type InTurn, isTaken, outcomeSince, type TurnOutcome } from '../domain/payment-turns.ts'
import { Refusal, recordOf, refusalFrom } from '../domain/refusals.ts'
import type { Table, Write } from '../table/engine.ts'
import { beginTurn, endTurn, type HeldTurn, type Line, settleTry } from '../table/payment-turns.ts'
import { Changed, pauseAfter } from '../table/races.ts'

/** The result of asking the provider. */
export interface Asked<A extends object> {
  readonly answer: A
  /** The provider refused: it counts as a try. (A `payment_method_refused` that is thrown does too.) */
  readonly refused?: boolean
  /** What is written together with the end of the turn. */
  readonly writes?: readonly Write[]
  /** What is to be done when that is written, or could not be. */
  readonly ended?: (failure?: unknown) => Promise<void>
}

/** What those who wait read: the item that the turn is about, and their own tries. */
export interface Sight<P extends InTurn> {
  readonly line: Line<P>
  readonly tries: PaymentTries | undefined
}

export interface Question<P extends InTurn, A extends object> {
  readonly table: Table
  readonly clock: () => Date
  /** When the request came: what was answered to the same question since then is its answer too. */
  readonly now: Date
  /** Milliseconds until the answer must be given. */
  readonly remaining: () => number
  readonly accountId: string
  readonly paymentMethodId: string
  readonly first: Sight<P>
  readonly again: () => Promise<Sight<P>>
  /** The answer where there is nothing left to ask. */
  readonly settled: (place: P) => A | undefined
  /** Asks, `begun` at the beginning of the turn. */
  readonly ask: (place: P, begun: Date) => Promise<Asked<A>>
}

/** Nobody starts asking the provider with less time left than this, in milliseconds. */
const enoughMs = 12_000

/**
 * Asks the payment provider, one at a time for each invoice or workspace. Who asks about the same payment method meanwhile waits for
 * that outcome and answers it too; who asks about another one waits for their turn. Refuses (`rate_limited`) after five refusals within the hour
 * of the person, or about the item: whoever asks has reserved one of the five, so that however many race, no sixth card is tried.
 */
export async function takeTurn<P extends InTurn, A extends object>(question: Question<P, A>): Promise<A> {
  const { first, again, clock, remaining } = question
  let sight = first
  for (let attempt = 1; remaining() > enoughMs; attempt++) {
    const answer = answerIn(question, sight)
    if (answer) return answer
    const held = isTaken(sight.line.place, clock()) ? undefined : await begin(question, sight)
    if (held) return hold(question, held)
    await pauseAfter(attempt)
    sight = await again()
  }
  throw busy()
}

const busy = (cause?: unknown): Refusal =>
  new Refusal('unavailable', 'Other payments for this are in progress. Send the request again.', { retryAfter: 1, cause })

/** What can be answered without asking. */
function answerIn<P extends InTurn, A extends object>(question: Question<P, A>, { line, tries }: Sight<P>): A | undefined {
  const outcome = outcomeSince(line.place, methodOf(question), question.now)
  if (outcome && 'refusal' in outcome) throw refusalFrom(outcome.refusal)
  if (outcome) return outcome.answer as A
  requireTry(question.clock(), tries, line.tries)
  return question.settled(line.place)
}

/** The payment method as it is kept: nothing of the provider's stays with an outcome. */
const methodOf = ({ paymentMethodId }: { readonly paymentMethodId: string }): string => fingerprint(paymentMethodId).slice(0, 24)

async function begin<P extends InTurn, A extends object>(question: Question<P, A>, { line, tries }: Sight<P>) {
  const { table, clock, accountId } = question
  const turn = { accountId, tries, by: randomUUID(), of: methodOf(question), now: clock() }
  return beginTurn(table, line, turn).catch((error) => {
    if (!(error instanceof Changed)) throw error
    return undefined
  })
}

async function hold<P extends InTurn, A extends object>({ table, clock, ask }: Question<P, A>, held: HeldTurn<P>): Promise<A> {
  const end = (refused: boolean, outcome?: TurnOutcome, writes: readonly Write[] = []) =>
    endTurn(table, held, { outcome, refused, writes, now: clock() })
  const abandon = (refused: boolean) => end(refused).catch(() => settleTry(table, held, refused, clock()))
  const {
    answer,
    refused = false,
    writes,
    ended,
  } = await ask(held.line.place, clock()).catch(async (error) => {
    await endRefused(error, end).catch(() => {})
    throw error
  })
  try {
    await end(refused, { answer }, writes)
  } catch (error) {
    await abandon(refused).catch(() => {})
    await ended?.(error)
    throw error instanceof Changed ? busy(error) : error
  }
  await ended?.()
  return answer
}

/**
 * Without an answer of the provider's nobody knows what it said, so the try counts: otherwise provoking failures would allow more tries.
 */
function endRefused(error: unknown, end: (refused: boolean, outcome?: TurnOutcome) => Promise<void>): Promise<void> {
  if (!(error instanceof Refusal)) return end(true)
  return end(error.code === 'payment_method_refused', { refusal: recordOf(error) })
}
