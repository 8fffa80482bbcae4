import type { Member } from './model.ts'
import { invalid } from './refusals.ts'

const standing = (member: Member): string => `${member.joinedAt}#${member.accountId}`

const longest = (members: readonly Member[]): Member | undefined =>
  members.reduce<Member | undefined>((first, member) => (first && standing(first) <= standing(member) ? first : member), undefined)

/** Who becomes admin when the last admin leaves: the longest-standing developer, else the longest-standing member. */
export function successorOf(leaver: string, members: readonly Member[]): Member | undefined {
  const others = members.filter(({ accountId }) => accountId !== leaver)
  return longest(others.filter(({ role }) => role === 'developer')) ?? longest(others)
}

/** Refuses (400) a successor who was named and is no member (`named` undefined), or is who leaves. */
export function requireSuccessor(successorId: string | undefined, named: Member | undefined, leaver: string): void {
  if (successorId === undefined || (named && named.accountId !== leaver)) return
  throw invalid('?successorId', 'The successor is another member of this workspace: name one by account id.')
}
