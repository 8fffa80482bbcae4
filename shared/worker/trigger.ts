import { Logger } from '@aws-lambda-powertools/logger'
import type { Context, PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { Deadline } from '../deadline.ts'
import type { QueueName } from '../domain/messages.ts'
import { type Services, withinTime } from '../services.ts'
import type { TableAction } from '../table/table-actions.ts'

/** What a trigger works with. The user pool names its triggers before it has an issuer and clients, so there are no settings. */
export type TriggerTools = Pick<Services, 'table' | 'queue' | 'logger' | 'clock'>

/** The events of the user pool that Atrium takes part in. */
export interface TriggerEvents {
  readonly preTokenGeneration: PreTokenGenerationV2TriggerEvent
}

/** A function that the user pool calls while somebody signs in, and waits for: at most 5 seconds, then the sign-in fails. */
export interface Trigger<K extends keyof TriggerEvents = keyof TriggerEvents> {
  readonly name: string
  readonly summary: string
  readonly on: K
  /** What it does to the table: its role allows that and nothing else. */
  readonly tableActions: readonly TableAction[]
  /** The queues that it sends to: it is told of those and no other, and its role allows no other. */
  readonly sendsTo: readonly QueueName[]
  readonly handle: (event: TriggerEvents[K], tools: TriggerTools) => Promise<object>
}

/** Declares a trigger. No side effect. */
export const trigger = <const K extends keyof TriggerEvents>(declaration: Trigger<K>): Trigger<K> => declaration

type Environment = Readonly<Record<string, string | undefined>>

interface ClientFactories {
  readonly table: (opening: { readonly settings: { readonly TABLE_NAME: string } }) => Services['table']
  readonly queue: (opening: { readonly settings: Environment; readonly logger: Logger }) => Services['queue']
}

/** Opens what a trigger works with, from the environment. */
export function openTriggerTools(open: ClientFactories, environment: Environment = process.env): TriggerTools {
  const logger = new Logger({ serviceName: 'atrium' })
  const table = open.table({ settings: { TABLE_NAME: environment.TABLE_NAME ?? '' } })
  return { table, queue: open.queue({ settings: environment, logger }), logger, clock: () => new Date() }
}

/** A trigger as a Lambda function. */
export const triggerHandler =
  ({ handle }: Trigger, tools: TriggerTools) =>
  (event: TriggerEvents[keyof TriggerEvents], context: Context): Promise<object> =>
    handle(event, withinTime(tools, Deadline.of(context)))
