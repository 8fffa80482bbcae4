import { randomUUID } from 'node:crypto'

const namespace = 'http://ses.amazonaws.com/doc/2010-12-01/'
const escaped = (text: string) => text.replace(/[<&]/g, (character) => (character === '<' ? '&lt;' : '&amp;'))

/** An answer of SES's query protocol. */
export interface SesAnswer {
  readonly status: number
  readonly xml: string
}

/** An error in SES's format; the SDK throws an error whose name is `code`. A 5xx is SES's fault, any other the sender's. */
export function sesError(status: number, code: string, message: string): SesAnswer {
  const type = status >= 500 ? 'Receiver' : 'Sender'
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`
  return { status, xml: `<ErrorResponse xmlns="${namespace}">${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>` }
}

/** An e-mail as passed to `SendEmail`. */
export interface SentEmail {
  /** All recipients: to, cc and bcc. */
  readonly recipients: readonly string[]
  readonly from: string
  readonly subject: string
  readonly text: string | null
  readonly html: string | null
}

/** Reads the form of a `SendEmail` request. */
export function readSendEmail(form: URLSearchParams): SentEmail {
  const isRecipient = (name: string) => /^Destination\.(To|Cc|Bcc)Addresses\.member\.\d+$/.test(name)
  return {
    recipients: [...form].filter(([name]) => isRecipient(name)).map(([, address]) => address),
    from: form.get('Source') ?? '',
    subject: form.get('Message.Subject.Data') ?? '',
    text: form.get('Message.Body.Text.Data'),
    html: form.get('Message.Body.Html.Data'),
  }
}
