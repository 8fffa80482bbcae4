import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { eventually } from '#infra/local/processes.ts'
import { startService } from '#infra/local/service.ts'
import { invitationPlace } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { openTable } from '#shared/table/engine.ts'
import { sesEvent } from '#test/support/mail-events.ts'
import { accountOf, invite, signedIn, subjectsTo } from './caller.ts'
import { temporaryDataDir } from './temp.ts'

test('an event in the queue of mail events reaches its worker, and a service that gets none is silent', async () => {
  const errors = vi.spyOn(console, 'error')
  const TABLE_NAME = `local-${Math.random().toString(36).slice(2)}`
  const env = { DYNAMODB_ENDPOINT: inject('dynamodbEndpoint'), TABLE_NAME }
  const { url, stop } = await startService({ dataDir: await temporaryDataDir(), port: 0, env })
  onTestFinished(stop)
  const ann = await signedIn(url, 'ann@example.com')
  const workspaceId = await accountOf(ann)
  const pending = async () =>
    (await ann.request<{ data: { id: string; delivery: string }[] }>('GET', `/workspaces/${workspaceId}/invitations`)).body.data[0]
  await invite(ann, workspaceId, 'bob@example.com')
  await eventually(async () => (await pending())?.delivery === 'sent', 60_000)

  const queue = new SQSClient({}) // the service has pointed the SDK of this process at its own parts
  const QueueUrl = `${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/mailEvents`
  const place = invitationPlace((await pending())?.id ?? '')!
  const row = await openTable({ settings: { TABLE_NAME } }).get(keys.invitation(place))
  await queue.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(sesEvent('Bounce', row!)) }))

  await eventually(async () => (await pending())?.delivery === 'bounced', 60_000)
  expect(await subjectsTo(url, 'bob@example.com')).toHaveLength(1)
  expect(errors).not.toHaveBeenCalled()
})
