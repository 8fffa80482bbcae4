import { freeSlot, type PaymentTries, type PaymentTry, refusedTry, reservedTry, type Slot } from '../domain/payment-tries.ts'
import { type InTurn, newTurn, type PaymentTurn, recentTurns, type TurnOutcome } from '../domain/payment-turns.ts'
import { epochSeconds, later } from '../domain/time.ts'
import { absent, all, type Change, type Condition, is } from './conditions.ts'
import { ttlAttribute } from './design/attributes.ts'
import * as keys from './design/keys.ts'
import { type Table, update, type Write } from './engine.ts'
import { changed, ifUnchanged } from './races.ts'

/** The item that a turn is about, with the writes that change it. */
export interface Line<P extends InTurn> {
  readonly place: P
  /** A change of the item, under a rule whose failure is `Changed`. */
  readonly write: (change: Change, rule: Condition) => Write
  /** What was read beside the item is still so: items that are read together may be read from before and after a write of both. */
  readonly unchanged?: Write
  /** The tries that are counted on the item itself. */
  readonly tries?: PaymentTries
}

/** A turn that somebody has, and the tries that it has reserved. */
export interface HeldTurn<P extends InTurn> {
  readonly line: Line<P>
  readonly accountId: string
  readonly turns: readonly PaymentTurn[]
  readonly turn: PaymentTurn
  readonly mine: PaymentTry
  readonly slot: Slot
  readonly placeSlot: Slot | undefined
}

const asSeen = (attribute: string, seen: unknown): Condition => (seen === undefined ? absent(attribute) : is(attribute, seen))

/**
 * Takes the turn at something and reserves a try, of the person and of the item where it counts them, in one transaction. Undefined
 * where no try is free: somebody who has one is still being answered. Throws `Changed` where somebody else was quicker.
 */
export async function beginTurn<P extends InTurn>(
  table: Table,
  line: Line<P>,
  { accountId, tries, by, of, now }: { accountId: string; tries: PaymentTries | undefined; by: string; of: string; now: Date },
): Promise<HeldTurn<P> | undefined> {
  const [slot, placeSlot] = [freeSlot(tries, now), line.tries && freeSlot(line.tries, now)]
  if (!slot || (line.tries && !placeSlot)) return undefined
  const turn = newTurn(by, of, now)
  const turns = [...recentTurns(line.place, now), turn]
  const mine = reservedTry(by, turn.until, now)
  const unchanged = asSeen('paymentTurns', line.place.paymentTurns)
  await table.write(
    line.write(
      { set: { paymentTurns: turns, ...(placeSlot && { [placeSlot]: mine }) } },
      placeSlot ? all(unchanged, asSeen(placeSlot, line.tries?.[placeSlot])) : unchanged,
    ),
    update(
      keys.paymentTries(accountId),
      { set: { [slot]: mine, [ttlAttribute]: epochSeconds(later(now, 86_400)) } },
      asSeen(slot, tries?.[slot]),
      changed,
    ),
    line.unchanged,
  )
  return { line, accountId, turns, turn, mine, slot, placeSlot }
}

/**
 * Ends a turn with what came of it (none: nobody knows, and whoever waits asks again), together with the writes that it leads to. Tries
 * are kept where the provider refused, and else given back. Throws `Changed` where the time of the turn was over.
 */
export function endTurn<P extends InTurn>(
  table: Table,
  held: HeldTurn<P>,
  { outcome, refused, now, writes = [] }: { outcome?: TurnOutcome | undefined; refused: boolean; now: Date; writes?: readonly Write[] },
): Promise<void> {
  const { line, turns, turn, placeSlot } = held
  const ended = outcome ? [{ ...turn, until: now.toISOString(), outcome }] : []
  const place = placeSlot ? settled(held, placeSlot, refused, now) : {}
  return table.write(
    line.write({ ...place, set: { ...place.set, paymentTurns: [...turns.slice(0, -1), ...ended] } }, is('paymentTurns', turns)),
    tryWrite(held, refused, now),
    ...writes,
  )
}

/** Keeps or gives back the person's try alone, where the item that the turn was about has gone. */
export const settleTry = <P extends InTurn>(table: Table, held: HeldTurn<P>, refused: boolean, now: Date): Promise<boolean> =>
  ifUnchanged(table.write(tryWrite(held, refused, now)))

const settled = ({ mine }: Pick<HeldTurn<InTurn>, 'mine'>, slot: Slot, refused: boolean, now: Date): Change =>
  refused ? { set: { [slot]: refusedTry(mine.by, now) } } : { remove: [slot] }

const tryWrite = (held: Pick<HeldTurn<InTurn>, 'accountId' | 'slot' | 'mine'>, refused: boolean, now: Date): Write =>
  update(keys.paymentTries(held.accountId), settled(held, held.slot, refused, now), is(held.slot, held.mine), changed)
