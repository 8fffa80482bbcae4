import { expect, test } from 'vitest'
import { invoiceEmail } from '#shared/billing/invoice-email.ts'
import { sendInvoice } from '#shared/billing/send-invoice.ts'
import type { Account } from '#shared/domain/account.ts'
import type { Reader } from '#shared/domain/invoice.ts'
import type { Email, Mail } from '#shared/mail/ses.ts'
import * as keys from '#shared/table/design/keys.ts'
import { remove } from '#shared/table/engine.ts'
import { mailboxOf } from '#shared/table/invitations.ts'
import { accountId, billed, failing, failureOf, invoiceId, isoAt, openInvoice, place, start } from '#test/support/billing-unit.ts'

const account: Account = {
  id: accountId,
  email: 'Ann@example.com',
  emailVerified: true,
  name: 'Ann',
  createdAt: isoAt(-9),
}
const owed: Reader = { invoiceId, accountId, outbox: true }
const readerKey = keys.reader({ invoiceId, accountId })

/** An invoice whose e-mail may be owed to somebody. */
async function letter({ reader = owed, who = account, send }: { reader?: Reader | null; who?: Account | null; send?: Mail['send'] } = {}) {
  const b = await billed()
  if (reader) await place(b.table, readerKey, { ...reader, gsi2pk: 'DUE#0', gsi2sk: isoAt(0) })
  if (who) await place(b.table, keys.account(accountId), who)
  const sent: Email[] = []
  const mail: Mail = {
    send: async (email) => {
      sent.push(email)
      return send ? send(email) : 'message-1'
    },
  }
  return {
    ...b,
    sent,
    deliver: () => sendInvoice({ kind: 'invoice', invoiceId, accountId }, { table: b.table, mail, clock: b.clock }),
    reader: async () => ({ ...(await b.table.get(readerKey)) }),
    block: (until: string) => place(b.table, keys.mailBlock(mailboxOf(account.email)), { reason: 'bounced', until, ttl: 0 }),
  }
}

test('the e-mail goes to the account’s current address, with tags that identify its events', async () => {
  const l = await letter()

  await l.deliver()

  expect(l.sent).toEqual([{ ...invoiceEmail('Ann@example.com', openInvoice), tags: { invoice: invoiceId, account: accountId } }])
  const reader = await l.reader()
  expect(reader).toMatchObject({ mailed: true, messageId: 'message-1', mailbox: mailboxOf(account.email), delivery: 'sent' })
  for (const gone of ['outbox', 'claimedUntil', 'gsi2sk']) expect(reader).not.toHaveProperty(gone)
})

test('an international domain is sent in the form that mail servers accept', async () => {
  const l = await letter({ who: { ...account, email: 'ann@bücher.example' } })

  await l.deliver()

  expect(l.sent).toMatchObject([{ to: 'ann@xn--bcher-kva.example' }])
})

test('while one process sends the e-mail, no other does', async () => {
  const l = await letter({
    send: async () => {
      expect(await l.reader()).toMatchObject({ outbox: true, claimedUntil: isoAt(10) })
      await l.deliver()
      return 'message-1'
    },
  })

  await l.deliver()

  expect(l.sent).toHaveLength(1)
})

test('an e-mail is not sent if it is not owed, already sent, or its invoice is gone', async () => {
  const { outbox: _, ...had } = owed
  for (const l of [await letter({ reader: null }), await letter({ reader: { ...had, mailed: true } })]) {
    const before = await l.reader()
    await l.deliver()
    expect([l.sent, await l.reader()]).toEqual([[], before])
  }
  const gone = await letter()
  await gone.table.write(remove(keys.invoice(invoiceId)))
  await gone.deliver()
  expect([gone.sent, await gone.reader()]).toEqual([[], expect.objectContaining({ outbox: true })])
})

test('an unverified address and a missing account get no e-mail, now or later', async () => {
  for (const who of [{ ...account, emailVerified: false }, null]) {
    const l = await letter({ who })

    await l.deliver()

    expect(l.sent).toEqual([])
    expect(await l.reader()).toMatchObject({ mailed: false })
    for (const lost of ['outbox', 'gsi2sk']) expect(await l.reader()).not.toHaveProperty(lost)
  }
})

test('an e-mail that the mail service refuses stays owed, and can be sent at once', async () => {
  const l = await letter({ send: failing(new Error('Throttled')) })

  expect(await failureOf(l.deliver())).toMatchObject({ message: 'Throttled' })

  expect(await l.reader()).toMatchObject({ outbox: true })
  expect(await l.reader()).not.toHaveProperty('claimedUntil')
})

test('the mail service’s refusal is thrown even if the e-mail cannot be released', async () => {
  const l = await letter({
    send: async () => {
      l.table.change = () => Promise.reject(new Error('The table is away'))
      throw new Error('Throttled')
    },
  })

  expect(await failureOf(l.deliver())).toMatchObject({ message: 'Throttled' })
})

test('an e-mail to a blocked address is sent when the block ends, or never if that takes too long', async () => {
  const soon = await letter()
  await soon.block(isoAt(3_600))
  await soon.deliver()
  expect(soon.sent).toEqual([])
  expect(await soon.reader()).toMatchObject({ outbox: true, gsi2sk: isoAt(3_600) })

  const never = await letter()
  await never.block(isoAt(604_801))
  await never.deliver()
  expect(never.sent).toEqual([])
  expect(await never.reader()).toMatchObject({ mailed: false })

  const over = await letter()
  await over.block(start.toISOString())
  await over.deliver()
  expect(over.sent).toHaveLength(1)
})

test('a table that is down makes it a failure', async () => {
  const l = await letter()
  l.table.write = () => Promise.reject(new Error('The table is away'))

  expect(await failureOf(l.deliver())).toMatchObject({ message: 'The table is away' })
})
