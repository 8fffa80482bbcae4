import * as z from 'zod/mini'
import type { FieldError } from './refusals.ts'
import { type Role, roleSchema } from './roles.ts'
import { accountIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'

export interface Member {
  readonly workspaceId: string
  readonly accountId: string
  /** E-mail, whether it is verified, and name are the account's as of `accountVersion` (0: as it was made). */
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
  readonly accountVersion: number
  readonly role: Role
  readonly joinedAt: string
  /** The address row that is removed with the member; missing if the row belongs to another member. */
  readonly addressKey?: string
  /** True on the row that was made with the account; a member who is invited back does not get it again. */
  readonly isDefault?: boolean
}

export interface MemberAddress {
  readonly accountId: string
}

export const memberShape = z
  .object({
    accountId: accountIdSchema,
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    role: roleSchema,
    joinedAt: instantSchema,
  })
  .register(z.globalRegistry, { id: 'Member' })

export type MemberShape = z.infer<typeof memberShape>

export const memberView = (member: Member): MemberShape => ({ ...member })

const seniority = (member: Member): string => `${member.joinedAt}#${member.accountId}`

function longest(members: readonly Member[]): Member | undefined {
  const [first] = members.map(seniority).sort()
  return members.find((member) => seniority(member) === first)
}

/** Who becomes admin when the last admin leaves: the longest-standing developer, else the longest-standing member. */
export function successorOf(leaver: string, members: readonly Member[]): Member | undefined {
  const others = members.filter(({ accountId }) => accountId !== leaver)
  return longest(others.filter(({ role }) => role === 'developer')) ?? longest(others)
}

/** What is wrong with a successor who was named and is no member (`named` undefined), or is who leaves. */
export const successorErrors = (successorId: string | undefined, named: Member | undefined, leaver: string): FieldError[] =>
  successorId === undefined || (named && named.accountId !== leaver)
    ? []
    : [{ pointer: '?successorId', detail: 'The successor must be another member of this workspace. Send their account id.' }]
