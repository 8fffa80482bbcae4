import {
  type DynamoDBClient,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import type { Services } from '#shared/services.ts'
import { documentClient, Table } from '#shared/table/engine.ts'
import type { Random } from './random.ts'
import { localClient, type World } from './world.ts'

/** How often (0 to 1) each fault happens. */
export interface Faults {
  /** A call starts late, by up to this many milliseconds, so that the seed decides how concurrent calls interleave. */
  readonly delay?: number
  /** DynamoDB has executed the call, but the answer is lost; the SDK retries. */
  readonly lostAnswer?: number
  /** The request is lost; the SDK retries. */
  readonly lostRequest?: number
  /** A transaction is cancelled because of a conflicting one, which DynamoDB Local never does; the SDK does not retry. */
  readonly conflict?: number
  /** Throttled beyond the SDK's own retries. */
  readonly throttle?: number
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const lost = (what: string): Error => Object.assign(new Error(`${what} was lost`), { code: 'ECONNRESET' })

const about = { $metadata: {}, message: 'Injected' }

/** The number of writes in a TransactWriteItems; undefined for every other call. */
const writesIn = (input: object): number | undefined => (input as { TransactItems?: unknown[] }).TransactItems?.length

const isTransaction = (input: object): boolean => writesIn(input) !== undefined
const isUpdate = (input: object): boolean => 'UpdateExpression' in input

/** AWS's error for two transactions, or a transaction and an update, that conflict on an item. */
export const conflictOf = (input: object): Error =>
  isTransaction(input)
    ? new TransactionCanceledException({
        ...about,
        CancellationReasons: Array.from({ length: writesIn(input) ?? 0 }, (_, i) => ({ Code: i === 0 ? 'TransactionConflict' : 'None' })),
      })
    : new TransactionConflictException(about)

/** Makes a client's calls fail. Lost answers and requests are seen by the SDK's retries; conflicts and throttles are not. */
function injectFaults(client: DynamoDBClient, random: Random, faults: Faults): void {
  const { delay = 0, lostAnswer = 0, lostRequest = 0, conflict = 0, throttle = 0 } = faults
  client.middlewareStack.add(
    (next) => async (args) => {
      if (delay > 0) await wait(random.next() * delay)
      if (random.chance(throttle)) throw new ThrottlingException(about)
      if ((isTransaction(args.input) || isUpdate(args.input)) && random.chance(conflict)) throw conflictOf(args.input)
      return next(args)
    },
    { step: 'initialize', name: 'faultsOutside' },
  )
  client.middlewareStack.add(
    (next) => async (args) => {
      if (random.chance(lostRequest)) throw lost('The request')
      const answer = await next(args)
      if (random.chance(lostAnswer)) throw lost('The answer')
      return answer
    },
    { step: 'finalizeRequest', name: 'faultsInside', priority: 'low' },
  )
}

/** The services of a world with their own client, set up by `prepare`. */
export function withClient(world: World, prepare: (client: DynamoDBClient) => void): Services {
  const client = localClient()
  prepare(client)
  return { ...world.services, table: new Table(documentClient(client), world.services.table.name) }
}

/** The services of a world with a faulty table. */
export const faulty = (world: World, random: Random, faults: Faults): Services =>
  withClient(world, (client) => injectFaults(client, random, faults))

/** The services of a world in which something happens once, just before the first transaction is sent. */
export function interrupted(world: World, happens: () => Promise<unknown>): Services {
  let isArmed = true
  const prepare = (client: DynamoDBClient) =>
    client.middlewareStack.add(
      (next) => async (args) => {
        if (isArmed && 'TransactItems' in args.input) {
          isArmed = false
          await happens()
        }
        return next(args)
      },
      { step: 'initialize', name: 'interruption' },
    )
  return withClient(world, prepare)
}

class Crash extends Error {}

/**
 * The services of a world in a process that dies before or after its n-th call to AWS or to the payment provider (`dieAt` counts from 1,
 * two moments per call: before and after); nothing that it would have done later happens. `moments` says how many it survived.
 */
export function mortal(world: World, dieAt: number): { services: Services; moments: () => number } {
  let moments = 0
  const live = () => {
    if (moments >= dieAt || ++moments >= dieAt) throw new Crash(`Died at ${dieAt}`)
  }
  const surrounded = async <T>(work: () => Promise<T>): Promise<T> => {
    live()
    const answer = await work()
    live()
    return answer
  }
  const dying = <T extends object>(service: T): T =>
    new Proxy(service, {
      get: (target, name) => {
        const part = Reflect.get(target, name)
        return typeof part === 'function' ? (...given: unknown[]) => surrounded(() => Reflect.apply(part, target, given)) : part
      },
    })
  const onTable = withClient(world, (client) =>
    client.middlewareStack.add((next) => (args) => surrounded(() => next(args)), { step: 'initialize', name: 'mortal' }),
  )
  const { queue, mail, payments } = world.services
  const services: Services = { ...onTable, queue: dying(queue), mail: dying(mail), payments: payments && dying(payments) }
  return { services, moments: () => moments }
}

/** Runs something in processes that die at the first, second, … moment, until one survives to the end. Returns how many died. */
export async function atEveryCrash(run: (dieAt: number) => Promise<{ moments: () => number }>): Promise<number> {
  for (let dieAt = 1; ; dieAt++) {
    const { moments } = await run(dieAt)
    if (moments() < dieAt) return dieAt - 1
  }
}
