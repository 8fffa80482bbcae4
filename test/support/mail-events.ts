import type { Invitation } from '#shared/domain/invitation.ts'

/** The parts of an event that a test sets differently from SES. */
export interface Twist {
  readonly messageId?: string
  readonly tags?: Record<string, string[]>
  readonly bounceType?: 'Permanent' | 'Transient' | 'Undetermined'
}

type EventType = 'Bounce' | 'Complaint' | 'Delivery' | 'Reject' | 'Send' | 'DeliveryDelay'

const address = 'bob@example.com'
const timestamp = '2026-11-24T10:00:05.000Z'

const parts = ({ bounceType = 'Permanent' }: Twist): Record<EventType, object> => ({
  Bounce: {
    bounce: {
      feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
      bounceType,
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress: address, action: 'failed', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' }],
      timestamp,
      reportingMTA: 'dsn; mta.example.com',
    },
  },
  Complaint: {
    complaint: {
      feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
      complainedRecipients: [{ emailAddress: address }],
      timestamp,
      userAgent: 'Amazon SES Mailbox Simulator',
      complaintFeedbackType: 'abuse',
      arrivalDate: timestamp,
    },
  },
  Delivery: {
    delivery: {
      timestamp,
      processingTimeMillis: 11_893,
      recipients: [address],
      smtpResponse: '250 2.6.0 Message received',
      reportingMTA: 'mta.example.com',
    },
  },
  Reject: { reject: { reason: 'Bad content' } },
  Send: { send: {} },
  DeliveryDelay: {
    deliveryDelay: { timestamp, delayType: 'TransientCommunicationFailure', delayedRecipients: [{ emailAddress: address }] },
  },
})

/**
 * An event about an invitation's e-mail as SES publishes it through SNS, delivered raw:
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
 */
export function sesEvent(
  eventType: EventType,
  { id, sendCount, messageId }: Pick<Invitation, 'id' | 'sendCount' | 'messageId'>,
  twist: Twist = {},
): object {
  return {
    eventType,
    mail: {
      timestamp: '2026-11-24T10:00:01.000Z',
      source: 'Atrium <no-reply@app.example>',
      sourceArn: 'arn:aws:ses:eu-central-1:123456789012:identity/app.example',
      sendingAccountId: '123456789012',
      messageId: twist.messageId ?? messageId,
      destination: [address],
      headersTruncated: false,
      headers: [
        { name: 'From', value: 'Atrium <no-reply@app.example>' },
        { name: 'To', value: address },
      ],
      commonHeaders: { from: ['Atrium <no-reply@app.example>'], to: [address], messageId, subject: 'You are invited to join a workspace' },
      tags: twist.tags ?? {
        'ses:configuration-set': ['atrium'],
        'ses:from-domain': ['app.example'],
        'ses:outgoing-ip': ['192.0.2.0'],
        invitation: [id],
        send: [String(sendCount)],
      },
    },
    ...parts(twist)[eventType],
  }
}
