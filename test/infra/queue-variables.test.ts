import { expect, expectTypeOf, test } from 'vitest'
import type { QueueName } from '#shared/domain/messages.ts'
import { type QueueVariable, queueOf, queuesAmong, queueVariable } from '#shared/queue/queue-variables.ts'
import { type Settings, settingsSchema } from '#shared/settings.ts'

test.for([
  ['mail', 'MAIL_QUEUE_URL'],
  ['mailEvents', 'MAIL_EVENTS_QUEUE_URL'],
  ['usageExportsV2', 'USAGE_EXPORTS_V2_QUEUE_URL'],
] as const)('the URL of the queue %s is in %s, and that is the queue whose URL it carries', ([queue, variable]) => {
  expect(queueVariable(queue)).toBe(variable)
  expect(queueOf(variable)).toBe(queue)
})

test('a setting that is no queue’s URL belongs to none', () => {
  expect(queuesAmong(['TABLE_NAME', 'MAIL_EVENTS_QUEUE_URL', 'APP_URL'])).toEqual([
    { variable: 'MAIL_EVENTS_QUEUE_URL', queue: 'mailEvents' },
  ])
})

test('the settings have a variable for each queue that Atrium sends to, and the types know it', () => {
  expectTypeOf<QueueVariable<'usageExportsV2'>>().toEqualTypeOf<'USAGE_EXPORTS_V2_QUEUE_URL'>()
  expectTypeOf<QueueVariable<QueueName>>().toEqualTypeOf<Extract<keyof Settings, `${string}_QUEUE_URL`>>()
  expect(queuesAmong(Object.keys(settingsSchema.shape)).map(({ queue }) => queue)).toContain('mail')
})
