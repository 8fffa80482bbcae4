import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Role, roles } from '#shared/domain/roles.ts'
import { problemsOf } from '../support/invariants.ts'
import { type Act, Membership } from '../support/membership-model.ts'
import { scene } from '../support/scene.ts'
import { type Answer, signUp } from '../support/world.ts'

const names = ['ann', 'bob', 'cid', 'dan'] as const
const who = fc.constantFrom(...names)
const role = fc.constantFrom<Role>(...roles)

/** One thing that somebody tries. */
const act = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('invite' as const), by: who, to: who, role: fc.option(role, { nil: undefined, freq: 2 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('accept' as const), by: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('decline' as const), by: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), by: who, to: who }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('leave' as const), by: who, successor: fc.option(who, { nil: undefined, freq: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), by: who, to: who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('setRole' as const), by: who, to: who, role }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.constantFrom(1, 6, 7) }) },
)

/** Some join in some role before anything else is tried. */
const joins = fc
  .tuple(
    ...names.slice(1).map((name) =>
      fc.option(
        role.map((given) => joining(name, given)),
        { nil: [] },
      ),
    ),
  )
  .map((acts) => acts.flat())

const joining = (name: string, role: Role): Act[] => [
  { kind: 'invite', by: 'ann', to: name, role },
  { kind: 'accept', by: name },
]

async function society() {
  const team = await scene({
    INVITATION_RESEND_COOLDOWN_SECONDS: '0',
    MAILS_PER_ADDRESS_PER_DAY: '1000',
  })
  const others = await Promise.all(names.slice(1).map((name) => signUp(team.world, `${name}@example.com`, name)))
  const people = new Map([team.ann, ...others].map((person, i) => [names[i] as string, person]))
  const personOf = (name: string) => people.get(name) ?? team.ann
  const ids = new Map<string, string>()

  /** Tries something for real; answers what the model speaks of: the outcome, or the code of the refusal. */
  const attempt = async (tried: Act): Promise<string> => {
    if (tried.kind === 'wait') {
      team.world.passSeconds(tried.days * 86_400)
      return 'ok'
    }
    const as = personOf(tried.by).token
    const invitationId = (name: string) => ids.get(name) ?? 'inv_none'
    const told = ({ status, body }: Answer) => (status < 400 ? 'ok' : (body.code as string))
    switch (tried.kind) {
      case 'invite': {
        const answer = await team.invite(personOf(tried.to).email, tried.role, as)
        const [result] = answer.body.results ?? []
        if (result?.invitation) ids.set(tried.to, result.invitation.id)
        return result ? [result.outcome, result.invitation?.role].filter(Boolean).join(' as ') : told(answer)
      }
      case 'accept':
        return told(await team.world.call('acceptInvitation', { as, body: { invitationId: invitationId(tried.by) } }))
      case 'decline':
        return told(await team.world.call('declineInvitation', { as, body: { invitationId: invitationId(tried.by) } }))
      case 'revoke':
        return told(await team.here('revokeInvitation', { as, path: { invitationId: invitationId(tried.to) } }))
      case 'leave': {
        const query = tried.successor && { successorId: personOf(tried.successor).id }
        return told(await team.here('leaveWorkspace', { as, ...(query && { query }) }))
      }
      case 'remove':
        return told(await team.here('removeMember', { as, path: { accountId: personOf(tried.to).id } }))
      case 'setRole':
        return told(await team.here('updateMember', { as, path: { accountId: personOf(tried.to).id }, body: { role: tried.role } }))
    }
  }

  /** Members by name with their roles, oldest first, and who is invited, as somebody who is in sees them. */
  const seen = async (insider: string) => {
    const as = personOf(insider).token
    const members = (await team.here('listMembers', { as })).body.data as { email: string; role: Role }[]
    const pending = (await team.here('listInvitations', { as })).body.data as { email: string; role: Role }[]
    const nameOf = ({ email }: { email: string }) => email.replace('@example.com', '')
    return {
      members: members.map((member) => [nameOf(member), member.role]),
      pending: pending.map((invitation) => [nameOf(invitation), invitation.role]).sort(),
    }
  }
  return { world: team.world, attempt, seen }
}

test('membership behaves as its model does, whatever is tried in whatever order', async () => {
  const property = fc.asyncProperty(joins, fc.array(act, { minLength: 5, maxLength: 25 }), async (before, acts) => {
    const { world, attempt, seen } = await society()
    const model = new Membership('ann')

    for (const tried of [...before, ...acts]) expect([tried, await attempt(tried)]).toEqual([tried, model.attempt(tried)])

    expect(await seen(model.insider())).toEqual(model.seen())
    expect(await problemsOf(world.services.table)).toEqual([])
  })
  await fc.assert(property, { numRuns: Number(process.env.SEEDS ?? 80), ...(process.env.SEED && { seed: Number(process.env.SEED) }) })
})
