import type { QueueName } from '../domain/messages.ts'

type Snake<T extends string> = T extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${First}`}${Snake<Rest>}`
  : ''

/** The variable that carries the URL of a queue, as shared/settings.ts must name it. */
export type QueueVariable<N extends string = QueueName> = N extends string ? `${Uppercase<Snake<N>>}_QUEUE_URL` : never

/** The variable that tells a function where a queue is: `mail` → `MAIL_QUEUE_URL`, `mailEvents` → `MAIL_EVENTS_QUEUE_URL`. */
export const queueVariable = <const N extends string>(queue: N) =>
  `${queue.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}_QUEUE_URL` as QueueVariable<N>

/** The queue whose URL a variable carries; undefined where it carries something else. */
export const queueOf = (variable: string): string | undefined =>
  /^(\w+)_QUEUE_URL$/
    .exec(variable)?.[1]
    ?.toLowerCase()
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Every queue among some variables: those of the settings, for a host that has to say where each is. */
export const queuesAmong = (variables: readonly string[]): readonly { readonly variable: string; readonly queue: string }[] =>
  variables.flatMap((variable) => {
    const queue = queueOf(variable)
    return queue ? [{ variable, queue }] : []
  })
