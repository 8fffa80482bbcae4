import type { AccessPattern } from './access-pattern.ts'

/** Invitations and their e-mails, and what the sweep looks for. */
export const invitationPatterns: readonly AccessPattern[] = [
  { is: 'what is known of addresses that are invited', get: ['Invitation', 'MemberAddress', 'MailBlock'], times: 'addresses' },
  { is: 'reserve one of the day’s e-mails to an address', update: 'MailQuota', times: 'addresses' },
  {
    is: 'invite addresses',
    write: ['update Workspace', 'check Member', 'update InviteQuota', 'put Invitation'],
    optional: ['put IdempotencyRecord'],
    times: 'addresses',
  },
  {
    is: 'send an invitation again',
    write: ['check Workspace', 'check Member', 'check MailBlock', 'update InviteQuota', 'update MailQuota', 'update Invitation'],
    optional: ['put IdempotencyRecord'],
    indexWrites: 2,
  },
  { is: 'the invitations of a workspace', query: 'Invitation' },
  { is: 'the invitations to an address, oldest first', query: 'Invitation', index: 'gsi1', andGet: ['Invitation', 'Workspace'] },
  { is: 'what a link or an invitation id is for', get: ['Invitation', 'Workspace'] },
  {
    is: 'everything that answering an invitation is decided on',
    get: ['Invitation', 'Workspace', 'Member', 'Account', 'Workspace', 'Member'],
  },
  {
    is: 'join by an invitation (and, without an account, get one)',
    write: ['update Workspace', 'update Invitation', 'put Member', 'put MemberAddress'],
    optional: ['put Account', 'put Workspace', 'put Member', 'put MemberAddress', 'update Account'],
    indexWrites: 4,
  },
  { is: 'decline or revoke an invitation', write: ['update Workspace', 'remove Invitation'], optional: ['check Member'] },
  { is: 'claim and settle the e-mail of an invitation', write: ['update Invitation'], optional: ['check MailBlock'], indexWrites: 2 },
  { is: 'the invitation that a mail event is about', get: ['Invitation'] },
  { is: 'note that an e-mail bounced or was complained about', write: ['check Workspace', 'update Invitation', 'put MailBlock'] },
  { is: 'give back a reserved e-mail that was not sent', write: ['update MailQuota'], times: 'addresses' },
  {
    is: 'what is due (invitations, deletions, invoices and their readers, accounts), in each partition of the sweep',
    query: 'Invitation',
    index: 'gsi2',
    andGet: ['Invitation'],
  },
  { is: 'whether invitations that are due are dead', get: ['Workspace'], times: 'workspaces' },
  { is: 'take out invitations that have ended', write: ['update Workspace', 'remove Invitation'], times: 'invitations' },
  { is: 'make a dead invitation say so', write: ['update Workspace', 'update Invitation'], indexWrites: 3 },
  {
    is: 'invite addresses that were invited before',
    write: ['update Workspace', 'check Member', 'update InviteQuota', 'update Invitation'],
    optional: ['put Invitation', 'put IdempotencyRecord'],
    indexWrites: 2,
  },
]
