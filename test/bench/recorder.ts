import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** Anything that a document client can be asked for. */
type Command = Parameters<DynamoDBDocumentClient['send']>[0]

/** Calls to the table in rounds: those of one round were under way at once, and waited for before the next. */
export type Rounds = readonly (readonly Command[])[]

/** Notes every call through a document client that does not fail; `take` answers those since it was last asked. */
export function recordCalls(client: DynamoDBDocumentClient): { readonly take: () => Rounds } {
  const send = client.send.bind(client) as (command: Command) => Promise<unknown>
  let rounds: Command[][] = []
  // How many rounds have ended: a call that begins now comes behind them.
  let ended = 0
  const noted = async (command: Command) => {
    const round = ended
    const calls = rounds[round] ?? []
    rounds[round] = calls
    calls.push(command)
    try {
      return await send(command)
    } catch (error) {
      calls.splice(calls.indexOf(command), 1)
      throw error
    } finally {
      ended = Math.max(ended, round + 1)
    }
  }
  client.send = noted as typeof client.send
  const take = () => {
    const taken = rounds
    rounds = []
    ended = 0
    return taken
  }
  return { take }
}

/** The transactions alone. */
export const transactionsIn = (rounds: Rounds): Rounds =>
  rounds.map((round) => round.filter(({ input }) => 'TransactItems' in input)).filter((round) => round.length > 0)

type Input = Readonly<Record<string, unknown>>

function renamed(value: unknown, from: string, to: string): unknown {
  if (value === from) return to
  if (Array.isArray(value)) return value.map((each) => renamed(each, from, to))
  if (!value || typeof value !== 'object' || value instanceof Set || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name === from ? to : name, renamed(part, from, to)]))
}

/** The same calls on another table, as new requests: a transaction's token stands for the first one. */
export const onTable = (rounds: Rounds, from: string, to: string): Rounds =>
  rounds.map((round) =>
    round.map((command) => {
      const make = command.constructor as new (input: Input) => Command
      const { ClientRequestToken: _, ...input } = renamed(command.input, from, to) as Input
      return new make(input)
    }),
  )

/** Makes the calls with a bare document client. */
export async function replay(client: DynamoDBDocumentClient, rounds: Rounds): Promise<void> {
  for (const round of rounds) await Promise.all(round.map((command) => (client.send as (command: Command) => Promise<unknown>)(command)))
}
