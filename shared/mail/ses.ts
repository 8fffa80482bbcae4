import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { Deadline } from '../deadline.ts'
import { fewKept, leanClient } from '../lean-client.ts'
import type { Settings } from '../settings.ts'

/** One e-mail; `to` is deliverable as it stands. */
export interface Email {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** What the mail service repeats with every event about the e-mail: ids, no addresses. */
  readonly tags?: Readonly<Record<string, string>>
}

export interface Mail {
  /** Hands an e-mail to the mail service and answers its message id; throws where it is not taken. */
  send(email: Email): Promise<string>
}

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' })

/**
 * How long to wait for SES, including the SDK's retries, in milliseconds: it leaves a mailer's 30 seconds enough time to release its claim.
 */
const sendTimeoutMs = 12_000

/** Mail through Amazon SES. */
export function openMail({ settings }: { readonly settings: Settings }): Mail {
  const requestHandler = { ...fewKept, connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true }
  const client = leanClient(new SESClient({ requestHandler }))
  return {
    send: async ({ to, subject, text, html, tags }) => {
      const command = new SendEmailCommand({
        Source: settings.MAIL_FROM,
        Destination: { ToAddresses: [to] },
        ...(tags && { Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })) }),
        Message: { Subject: utf8(subject), Body: { Text: utf8(text), Html: utf8(html) } },
      })
      return (await Deadline.in(sendTimeoutMs).wait((abortSignal) => client.send(command, { abortSignal }))).MessageId ?? ''
    },
  }
}
