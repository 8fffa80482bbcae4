import type { Member } from './model.ts'

const standing = (member: Member): string => `${member.joinedAt}#${member.accountId}`

const longest = (members: readonly Member[]): Member | undefined =>
  members.reduce<Member | undefined>((first, member) => (first && standing(first) <= standing(member) ? first : member), undefined)

/** Who becomes admin when the last admin leaves: the longest-standing developer, else the longest-standing member. */
export function successorOf(leaver: string, members: readonly Member[]): Member | undefined {
  const others = members.filter(({ accountId }) => accountId !== leaver)
  return longest(others.filter(({ role }) => role === 'developer')) ?? longest(others)
}
