import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetSendQuotaCommand, SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { expect, onTestFinished, test } from 'vitest'
import { noFaults } from '#infra/local/faults.ts'
import { startMail } from '#infra/local/mail/mail.ts'
import { temporaryDataDir } from './temp.ts'

async function mailOn(dataDir: string) {
  const faults = noFaults()
  const mail = await startMail({ dataDir, faults })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new SESClient({ endpoint: mail.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  onTestFinished(async () => {
    client.destroy()
    await mail.stop()
  })
  const send = (to: string[], subject = 'Hello') => {
    const Body = { Text: { Data: 'text & <text>' }, Html: { Data: '<p>html</p>' } }
    const Destination = { ToAddresses: to }
    return client.send(
      new SendEmailCommand({ Source: 'Atrium <no-reply@example.com>', Destination, Message: { Subject: { Data: subject }, Body } }),
    )
  }
  return { faults, mail, client, send }
}

test('what is sent is listed for each recipient, in whatever case, newest first', async () => {
  const { mail, send } = await mailOn(await temporaryDataDir())

  const { MessageId } = await send(['Ann@Example.com', 'bob@example.com'], 'First')
  await send(['ann@example.com'], 'Second')

  expect(MessageId).toBeTruthy()
  expect(mail.list('ANN@example.com').map(({ to, subject }) => [to, subject])).toEqual([
    ['ann@example.com', 'Second'],
    ['Ann@Example.com', 'First'],
  ])
  expect(mail.list('bob@example.com')).toEqual([
    {
      to: 'bob@example.com',
      from: 'Atrium <no-reply@example.com>',
      subject: 'First',
      text: 'text & <text>',
      html: '<p>html</p>',
      sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    },
  ])
  expect(mail.list()).toHaveLength(3)
})

test('the e-mails to an address are found as Atrium compares addresses', async () => {
  const { mail, send } = await mailOn(await temporaryDataDir())

  await send(['kim@example.com'])

  expect([mail.list('KIM@example.com').length, mail.list('\u212aim@example.com').length]).toEqual([1, 0])
})

test('on request it refuses as SES does, and sends nothing', async () => {
  const { mail, send, faults } = await mailOn(await temporaryDataDir())

  faults.ses = 'refuse'
  await expect(send(['ann@example.com'])).rejects.toMatchObject({ name: 'MessageRejected', $metadata: { httpStatusCode: 400 } })
  faults.ses = null
  await send(['ann@example.com'], 'At last')

  expect(mail.list('ann@example.com').map(({ subject }) => subject)).toEqual(['At last'])
})

test('what SES would refuse, or what is unsupported locally, is an error at once', async () => {
  const { client, send, mail } = await mailOn(await temporaryDataDir())

  await expect(send(['ann@example.com'], '')).rejects.toMatchObject({ $fault: 'client' })
  await expect(client.send(new GetSendQuotaCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' })

  expect(mail.list()).toEqual([])
})

test('sent e-mails survive a restart, even if a kill truncated the last line', async () => {
  const dataDir = await temporaryDataDir()
  const journal = join(dataDir, 'emails.jsonl')
  const before = await mailOn(dataDir)
  await before.send(['ann@example.com'], 'Before')
  await writeFile(journal, '{"to":"ann@exa', { flag: 'a' })

  const after = await mailOn(dataDir)
  await after.send(['ann@example.com'], 'After')
  const third = await mailOn(dataDir)

  expect(third.mail.list('ann@example.com').map(({ subject }) => subject)).toEqual(['After', 'Before'])
  expect((await readFile(journal, 'utf8')).split('\n')).toHaveLength(4)
})
