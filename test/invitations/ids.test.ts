import { expect, test } from 'vitest'
import { invitationPlace } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Scene, scene, tamper } from '../support/scene.ts'
import { tokenOf } from '../support/world.ts'

const address = 'bob@example.com'
const bob = tokenOf(address)
const notFound = { status: 404, body: { code: 'invitation_not_found' } }

const invite = async (team: Scene) => (await team.invite(address)).body.results[0].invitation
const named = (team: Scene, name: string, invitationId: string) => team.here(name, { path: { invitationId } })
const answer = ({ world }: Scene, name: string, body: object) => world.call(name, { as: bob, body })

const endings = {
  revoked: (team: Scene, id: string) => named(team, 'revokeInvitation', id),
  declined: (team: Scene, invitationId: string) => answer(team, 'declineInvitation', { invitationId }),
  expired: async ({ world }: Scene) => world.passSeconds(604_800),
  'accepted, and its invitee has left,': async (team: Scene, invitationId: string) => {
    await answer(team, 'acceptInvitation', { invitationId })
    await team.here('leaveWorkspace', { as: bob })
  },
}

test.each(Object.entries(endings))(
  'after one was %s, a new invitation of the address is met by no id, link or message of the old',
  async (_, end) => {
    const team = await scene()
    const old = await invite(team)
    const message = team.world.queued.find(({ queue }) => queue === 'mail')?.message ?? {}
    await team.mail()
    const oldLink = { token: team.world.linkToken(address) }
    await end(team, old.id)
    const fresh = await invite(team)
    team.world.passSeconds(61)

    for (const name of ['resendInvitation', 'revokeInvitation']) expect(await named(team, name, old.id), name).toMatchObject(notFound)
    for (const name of ['acceptInvitation', 'declineInvitation'])
      for (const body of [{ invitationId: old.id }, oldLink]) expect(await answer(team, name, body), name).toMatchObject(notFound)
    expect(await team.world.call('lookUpInvitation', { body: oldLink })).toMatchObject(notFound)
    await team.world.run('sendMail', [message])
    expect(team.world.mails).toHaveLength(1)

    expect(fresh.id).not.toBe(old.id)
    expect(await team.pending()).toEqual([fresh])
    await team.mail()
    expect(await answer(team, 'acceptInvitation', { token: team.world.linkToken(address) })).toMatchObject({ status: 200 })
  },
)

test('a resent invitation keeps its id', async () => {
  const team = await scene()
  const { id } = await invite(team)
  team.world.passSeconds(61)

  expect(await invite(team)).toMatchObject({ id, sendCount: 2 })
  team.world.passSeconds(61)
  expect(await named(team, 'resendInvitation', id)).toMatchObject({ status: 200, body: { id, sendCount: 3 } })
})

test('a replayed resend returns its first answer even after the address was invited anew', async () => {
  const team = await scene()
  const { id } = await invite(team)
  team.world.passSeconds(61)
  const again = () => team.here('resendInvitation', { path: { invitationId: id }, headers: { 'idempotency-key': 'one' } })
  const first = await again()
  await named(team, 'revokeInvitation', id)
  await invite(team)

  expect(await again()).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } })
})

test('an older invitation, whose id contains only its key, can be mailed, resent, answered and revoked by that id', async () => {
  const ofBefore = async () => {
    const team = await scene()
    const place = invitationPlace((await invite(team)).id)
    if (!place) throw new Error('No place')
    const id = `inv_${place.workspaceId.slice(3)}${place.addressKey}`
    await tamper(team.world, keys.invitation(place), { id })
    return { team, id }
  }
  const [mailed, revoked] = [await ofBefore(), await ofBefore()]
  await mailed.team.world.run('sendMail', [{ kind: 'invitation', invitationId: mailed.id, sendCount: 1 }])
  mailed.team.world.passSeconds(61)

  expect(mailed.team.world.mails).toHaveLength(1)
  expect(await named(mailed.team, 'resendInvitation', mailed.id)).toMatchObject({ status: 200, body: { id: mailed.id, sendCount: 2 } })
  expect((await mailed.team.world.call('listMyInvitations', { as: await signedUp(mailed.team) })).body.data).toMatchObject([
    { id: mailed.id },
  ])
  expect(await answer(mailed.team, 'acceptInvitation', { invitationId: mailed.id })).toMatchObject({ status: 200 })
  expect(await named(revoked.team, 'revokeInvitation', revoked.id)).toMatchObject({ status: 204 })
  expect(await invite(revoked.team)).toMatchObject({ id: expect.stringMatching(/^inv_\w{60}$/) })
  expect(await named(revoked.team, 'revokeInvitation', revoked.id)).toMatchObject(notFound)
})

async function signedUp({ world }: Scene): Promise<string> {
  await world.call('createAccount', { as: bob })
  return bob
}
