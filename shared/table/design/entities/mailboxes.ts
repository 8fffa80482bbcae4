import type { MailBlock } from '../../../domain/mail-block.ts'
import { entity, type Item } from '../entity.ts'
import type { DayCount } from './accounts.ts'

export const mailQuota = /* @__PURE__ */ entity({
  is: 'invitation e-mails on a UTC day to a mailbox (a hash of the address without its tag)' as Item<DayCount>,
  pk: 'MAILBOX#<mailbox>',
  sk: 'MAILED#<day>',
  ttl: true,
})

export const mailBlock = /* @__PURE__ */ entity({
  is: 'a mailbox (a hash of the address) that bounced or complained: not written to until then' as Item<MailBlock>,
  pk: 'MAILBOX#<mailbox>',
  sk: 'BLOCK',
  ttl: true,
})
