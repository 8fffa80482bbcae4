import type { HttpEvent } from '#shared/http/event.ts'
import { httpHandler } from '#shared/http/handler.ts'
import type { Services } from '#shared/services.ts'
import { documentClient, Table } from '#shared/table/engine.ts'
import { type ClientOf, contextOf } from './database.ts'
import { onTable, recordCalls, replay } from './recorder.ts'
import type { Sample } from './requests.ts'
import { stubbed } from './stub.ts'

/** Milliseconds of a request, and of its calls alone. */
export interface Both {
  readonly atrium: number
  readonly raw: number
}

/** An operation as a function, which has to succeed. */
export function functionOf({ operation }: Sample, services: Services): (event: HttpEvent) => Promise<void> {
  const handler = httpHandler(operation, services)
  return async (event) => {
    const { statusCode = 0, body } = await handler(event, contextOf())
    if (statusCode >= 300) throw new Error(`${operation.name} answered ${statusCode}: ${body}`)
  }
}

/** Milliseconds of CPU that something takes, all threads of this process together. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** CPU of a request where DynamoDB is a stub, in turns with that of its calls alone: milliseconds a call of both, chunk by chunk. */
export async function stubbedCpu(
  sample: Sample,
  services: Services,
  clientOf: ClientOf,
  { chunks, calls }: { chunks: number; calls: number },
) {
  const { real, stub } = stubbed(clientOf)
  const { name } = services.table
  const [asked, answered] = [documentClient(real), documentClient(stub)]
  const { take } = recordCalls(asked)
  const event = await sample.next()
  await functionOf(sample, { ...services, table: new Table(asked, name) })(event)
  const rounds = take()
  const handle = functionOf(sample, { ...services, table: new Table(answered, name) })
  const seen: Both[] = []
  for (let chunk = 0; chunk < chunks; chunk++) {
    const prepared = Array.from({ length: calls }, () => onTable(rounds, name, name))
    const atrium = await cpuOf(async () => {
      for (let call = 0; call < calls; call++) await handle(event)
    })
    const raw = await cpuOf(async () => {
      for (const call of prepared) await replay(answered, call)
    })
    seen.push({ atrium: atrium / calls, raw: raw / calls })
  }
  // The first ones are spent on compiling.
  return seen.slice(Math.floor(chunks / 3))
}

/** The same services, to which a token that was checked once is known. */
export function knowingTokens(services: Services): Services {
  const known = new Map<string, ReturnType<Services['tokens']['verify']>>()
  const verify: Services['tokens']['verify'] = (token) => {
    const person = known.get(token) ?? services.tokens.verify(token)
    known.set(token, person)
    return person
  }
  return { ...services, tokens: { verify } }
}
