import type { AccessPattern } from './access-pattern.ts'

/** Accounts, and who calls. */
export const accountPatterns: readonly AccessPattern[] = [
  { is: 'who a person is, before anything else', get: ['Account'] },
  { is: 'an account with its default workspace', get: ['Account', 'Workspace', 'Member'] },
  { is: 'whether somebody is in a workspace, and as what', get: ['Workspace', 'Member'] },
  { is: 'what an API key may', get: ['ApiKey', 'Workspace'] },
  { is: 'whether a request was answered before', get: ['IdempotencyRecord'] },
  { is: 'whether a createWorkspace was answered before', get: ['CallerIdempotencyRecord'] },
  { is: 'make an account and its default workspace', write: ['put Account', 'put Workspace', 'put Member', 'put MemberAddress'] },
  { is: 'note that a newer token carried the same e-mail', write: ['update Account'] },
  { is: 'take over another e-mail, or another name', write: ['update Account'], indexWrites: 1 },
  {
    is: 'carry an account into a member row (and, with another e-mail, its address row)',
    write: ['check Workspace', 'update Member'],
    optional: ['remove MemberAddress', 'put MemberAddress'],
  },
  { is: 'owe or settle the member rows of an account', update: 'Account', indexWrites: 2 },
]
