import { type DynamoDBClient, ThrottlingException } from '@aws-sdk/client-dynamodb'
import type { BatchGetCommandOutput } from '@aws-sdk/lib-dynamodb'
import { conflictOf, type Faults } from '#test/support/faults.ts'
import type { Random } from '#test/support/random.ts'
import type { Processes } from './processes.ts'

/** The faults at this moment, and how often they happen (0 to 1). */
export interface Weather extends Faults {
  /** A message is lost on its way to the queue, and the sender gets an error. */
  readonly lostMessage?: number
  /** The payment provider fails a request, and keeps failing it under its idempotency key. */
  readonly providerFailure?: number
  /** A process dies early. */
  readonly crash?: number
  /** A batch is done only partly: read at two moments, or written in part. */
  readonly halves?: number
}

interface Around {
  readonly processes: Processes
  readonly random: Random
  /** Read at each call, so that the faults can change. */
  readonly weather: () => Weather
  /** Called after each call that DynamoDB has executed, before the answer can be lost. */
  readonly done: (input: object) => Promise<void>
}

const about = { $metadata: {}, message: 'Injected' }
const lost = (what: string): Error => Object.assign(new Error(`${what} was lost`), { code: 'ECONNRESET' })
const shortName = (name: unknown) => String(name).replace(/Command$/, '')

/** Puts a client on the stage: each of its requests, retries included, waits for its turn and can fail. */
export function putOnStage(client: DynamoDBClient, { processes, random, weather, done }: Around): void {
  const committed = new Set<unknown>()
  client.middlewareStack.add(
    (next) => async (args) => {
      const { conflict = 0, throttle = 0, halves = 0 } = weather()
      if (random.chance(throttle)) throw new ThrottlingException(about)
      const { input } = args
      const canConflict = 'TransactItems' in input ? !committed.has(tokenOf(input)) : 'UpdateExpression' in input
      if (canConflict && random.chance(conflict)) throw conflictOf(input)
      if (!('RequestItems' in input) || !random.chance(halves)) return next(args)
      return 'Keys' in tableOf(input.RequestItems) ? readTwice(() => next(args), random) : next(args)
    },
    { step: 'initialize', name: 'faultsOutside' },
  )
  client.middlewareStack.add(
    (next, context) => (args) =>
      processes.outside(shortName(context.commandName), async () => {
        const { lostRequest = 0, lostAnswer = 0 } = weather()
        if (random.chance(lostRequest)) throw lost('The request')
        const answer = await next(args)
        committed.add(tokenOf(args.input))
        await done(args.input)
        if (random.chance(lostAnswer)) throw lost('The answer')
        return answer
      }),
    { step: 'finalizeRequest', name: 'faultsInside', priority: 'low' },
  )
}

/** The token by which DynamoDB recognizes a transaction: it neither repeats nor refuses one that it has executed. */
const tokenOf = (input: object): unknown => (input as { ClientRequestToken?: string }).ClientRequestToken ?? input

const tableOf = (items: unknown): object => Object.values(items as Record<string, object>)[0] ?? {}

/** A batch read is no snapshot: some of its items are older than others. */
async function readTwice<T extends { output: unknown }>(read: () => Promise<T>, random: Random): Promise<T> {
  const [first, second] = [await read(), await read()]
  const [older, newer] = [itemsOf(first), itemsOf(second)]
  const keysOf = new Set([...older.keys(), ...newer.keys()])
  const mixed = [...keysOf].map((key) => (random.chance(0.5) ? older : newer).get(key)).filter((item) => item !== undefined)
  const output = second.output as BatchGetCommandOutput
  const [name = ''] = Object.keys(output.Responses ?? {})
  return { ...second, output: { ...output, Responses: { [name]: mixed } } }
}

function itemsOf({ output }: { output: unknown }): Map<string, Record<string, unknown>> {
  const { Responses = {} } = output as BatchGetCommandOutput
  const items = Object.values(Responses).flat() as Record<string, unknown>[]
  return new Map(items.map((item) => [JSON.stringify([item.pk, item.sk]), item]))
}
