import { randomUUID } from 'node:crypto'
import { invitationPlace } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { MailBlock } from '../domain/mail-block.ts'
import { type InvitationMailEvent, type InvoiceMailEvent, type MailEvent, mailBlockSeconds, outcomeOf } from '../domain/mail-events.ts'
import { epochSeconds, later } from '../domain/time.ts'
import { all, is, oneOf } from '../table/conditions.ts'
import { ttlAttribute } from '../table/design/attributes.ts'
import * as keys from '../table/design/keys.ts'
import { check, put, type Table, update, type Write } from '../table/engine.ts'
import { mailboxOf } from '../table/invitations.ts'
import { changed, ifUnchanged } from '../table/races.ts'

/** The e-mail of the event has been sent but its id is not stored yet: the event has to come again. */
class NotNotedYet extends Error {}

/** Records an event on the invitation or invoice of its e-mail. Answers whether anything changed. */
export const recordDelivery = (table: Table, event: MailEvent, now: Date): Promise<boolean> =>
  'invitationId' in event ? recordAboutInvitation(table, event, now) : recordAboutInvoice(table, event, now)

/**
 * Takes an event into the invitation that it is about, and keeps its address from being written to: in one transaction, only where the
 * invitation's current send has the event's message id, and only in a workspace that is active. What is late, doubled or forged finds
 * that condition broken.
 */
async function recordAboutInvitation(table: Table, event: InvitationMailEvent, now: Date): Promise<boolean> {
  const outcome = outcomeOf[event.kind]
  const place = invitationPlace(event.invitationId)
  if (!outcome || !place) return false
  const invitation = await table.get(keys.invitation(place))
  if (invitation?.id !== event.invitationId) return false
  if (isUnderWay(invitation, event)) throw new NotNotedYet('The id of this e-mail is not recorded yet')
  if (invitation.messageId !== event.messageId) return false
  const { shows, over, blocks } = outcome
  return ifUnchanged(
    table.write(
      check(keys.workspace(place.workspaceId), is('status', 'active'), changed),
      // A new revision: what is being decided at this moment on the invitation as it was must be decided again.
      update(
        keys.invitation(place),
        { set: { delivery: shows, revision: randomUUID() } },
        all(is('messageId', event.messageId), oneOf('delivery', over)),
        changed,
      ),
      blocks && block(mailboxOf(invitation.email), blocks, now),
    ),
  )
}

/** The mailer has claimed this send and not yet stored its message id. */
const isUnderWay = ({ outbox, tokenHashes, sendCount }: Invitation, event: InvitationMailEvent): boolean =>
  outbox === true && tokenHashes !== undefined && sendCount === event.sendCount

/**
 * The same for an invoice's e-mail to one of its readers: the address that it went to is kept from being written to, whatever the account
 * says since. It has no workspace any more.
 */
async function recordAboutInvoice(table: Table, event: InvoiceMailEvent, now: Date): Promise<boolean> {
  const outcome = outcomeOf[event.kind]
  if (!outcome) return false
  const key = keys.reader(event)
  const reader = await table.get(key)
  if (!reader) return false
  if (reader.outbox && reader.claimedUntil !== undefined) throw new NotNotedYet('The id of this e-mail is not recorded yet')
  if (reader.messageId !== event.messageId || reader.mailbox === undefined) return false
  const { shows, over, blocks } = outcome
  const asSent = all(is('messageId', event.messageId), oneOf('delivery', over))
  return ifUnchanged(table.write(update(key, { set: { delivery: shows } }, asSent, changed), blocks && block(reader.mailbox, blocks, now)))
}

function block(mailbox: string, reason: MailBlock['reason'], now: Date): Write {
  const until = later(now, mailBlockSeconds)
  return put(keys.mailBlock(mailbox), { reason, until, [ttlAttribute]: epochSeconds(until) })
}
