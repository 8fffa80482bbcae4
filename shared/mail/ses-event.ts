import * as z from 'zod/mini'
import { invitationPlace, isId } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Reader } from '../domain/invoice.ts'
import type { MailEvent, MailEventKind } from '../domain/mail-events.ts'

/** The tags of an invitation's e-mail, which SES repeats with every event about it: ids only. */
export const tagsOf = ({ id, sendCount }: Invitation): Record<string, string> => ({ invitation: id, send: String(sendCount) })

/** The tags of an invoice's e-mail to one of its readers. */
export const tagsOfInvoice = ({ invoiceId, accountId }: Reader): Record<string, string> => ({ invoice: invoiceId, account: accountId })

const tag = z.tuple([z.string()])
const tagsSchema = z.union([z.object({ invitation: tag, send: tag }), z.object({ invoice: tag, account: tag })])

/** What is read of an event as SES publishes it: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html */
const eventSchema = z.object({
  eventType: z.string(),
  bounce: z.optional(z.object({ bounceType: z.string() })),
  mail: z.object({
    messageId: z.string().check(z.regex(/^[\w-]{1,200}$/)),
    tags: tagsSchema,
  }),
})

const kinds: ReadonlyMap<string, MailEventKind> = new Map([
  ['Complaint', 'complained'],
  ['Reject', 'rejected'],
  ['Delivery', 'delivered'],
])

/**
 * What an event of SES means. A transient bounce means nothing: a full mailbox may be emptied, and the reply of somebody who is out of
 * the office comes as one too. One of undetermined cause came back all the same.
 */
function kindOf({ eventType, bounce }: z.infer<typeof eventSchema>): MailEventKind | undefined {
  if (eventType === 'Bounce') return bounce?.bounceType === 'Transient' ? undefined : 'bounced'
  return kinds.get(eventType)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // SES greets a new destination with a sentence
  }
}

/** What an e-mail was about, by its tags; undefined where they name nothing that there could be. */
function subjectOf(tags: z.infer<typeof tagsSchema>) {
  if ('invitation' in tags) {
    const [invitationId] = tags.invitation
    const sendCount = Number(tags.send[0])
    return invitationPlace(invitationId) && Number.isSafeInteger(sendCount) ? { invitationId, sendCount } : undefined
  }
  const [[invoiceId], [accountId]] = [tags.invoice, tags.account]
  return isId('in', invoiceId) && isId('acc', accountId) ? { invoiceId, accountId } : undefined
}

/** Reads the body of a message from SES; undefined where it is no event, or one about an e-mail that is none of Atrium's. */
export function readMailEvent(body: string): MailEvent | undefined {
  const { success, data } = eventSchema.safeParse(parsed(body))
  const kind = success ? kindOf(data) : undefined
  if (!success || !kind) return undefined
  const subject = subjectOf(data.mail.tags)
  return subject && { kind, messageId: data.mail.messageId, ...subject }
}
