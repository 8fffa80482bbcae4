import { type LocalMail, startMail } from '#infra/local/mail/mail.ts'
import { readSendEmail, type SentEmail } from '#infra/local/mail/ses-protocol.ts'
import type { Answer } from './gate.ts'

/** An e-mail as SES accepted it. */
export interface Mailed extends SentEmail {
  readonly messageId: string
  readonly tags: Readonly<Record<string, string>>
}

/** `Tags.member.1.Name=invitation&Tags.member.1.Value=…` → `{ invitation: … }` */
const tagsIn = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([key, name]) => {
      const number = /^Tags\.member\.(\d+)\.Name$/.exec(key)?.[1]
      return number ? [[name, form.get(`Tags.member.${number}.Value`) ?? '']] : []
    }),
  )

/** SES, played by the local service's stand-in; accepted e-mails are kept with their ids. */
export async function openMailbox(dataDir: string) {
  const local: LocalMail = await startMail({ dataDir, faults: { ses: null } })
  const mailed: Mailed[] = []
  return {
    mailed,
    serve: async ({ body, headers }: { body: string; headers: Readonly<Record<string, unknown>> }): Promise<Answer> => {
      const passed = { 'content-type': String(headers['content-type']), authorization: String(headers.authorization) }
      const response = await fetch(local.endpoint, { method: 'POST', headers: passed, body })
      const answer = await response.text()
      const messageId = /<MessageId>([^<]+)/.exec(answer)?.[1]
      const form = new URLSearchParams(body)
      if (messageId) mailed.push({ ...readSendEmail(form), tags: tagsIn(form), messageId })
      return { status: response.status, body: answer }
    },
    stop: local.stop,
  }
}
