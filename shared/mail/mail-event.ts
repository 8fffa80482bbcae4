import * as z from 'zod/mini'
import { invitationPlace } from '../domain/ids.ts'
import type { MailEvent, MailEventKind } from '../domain/mail-events.ts'
import type { Invitation } from '../domain/model.ts'

/** The tags of an invitation's e-mail, which SES repeats with every event about it: ids only. */
export const tagsOf = ({ id, sendCount }: Invitation): Record<string, string> => ({ invitation: id, send: String(sendCount) })

const tag = z.tuple([z.string()])

/** What is read of an event as SES publishes it: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html */
const eventSchema = z.object({
  eventType: z.string(),
  bounce: z.optional(z.object({ bounceType: z.string() })),
  mail: z.object({
    messageId: z.string().check(z.regex(/^[\w-]{1,200}$/)),
    tags: z.object({ invitation: tag, send: tag }),
  }),
})

/**
 * What an event of SES means. A transient bounce means nothing: a full mailbox may be emptied, and the reply of somebody who is out of
 * the office comes as one too. One of undetermined cause came back all the same.
 */
function kindOf({ eventType, bounce }: z.infer<typeof eventSchema>): MailEventKind | undefined {
  if (eventType === 'Bounce') return bounce?.bounceType === 'Transient' ? undefined : 'bounced'
  return ({ Complaint: 'complained', Reject: 'rejected', Delivery: 'delivered' } as const)[eventType]
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined // SES greets a new destination with a sentence
  }
}

/** Reads the body of a message from SES; undefined where it is no event, or one that is not about an invitation. */
export function readMailEvent(body: string): MailEvent | undefined {
  const { success, data } = eventSchema.safeParse(parsed(body))
  const kind = success ? kindOf(data) : undefined
  if (!success || !kind) return undefined
  const [invitationId] = data.mail.tags.invitation
  const sendCount = Number(data.mail.tags.send[0])
  if (!invitationPlace(invitationId) || !Number.isSafeInteger(sendCount)) return undefined
  return { kind, messageId: data.mail.messageId, invitationId, sendCount }
}
