import { queuesAmong } from '#shared/queue/queue-variables.ts'
import { settingsSchema } from '#shared/settings.ts'

/** Where each queue of the settings is, by its variable: below `base`, so that a new queue has a place in every test without a word about it. */
export const queueUrls = (base = 'https://sqs.example'): Readonly<Record<string, string>> =>
  Object.fromEntries(queuesAmong(Object.keys(settingsSchema.shape)).map(({ variable, queue }) => [variable, `${base}/${queue}`]))
