import { operations } from '#functions/operations.ts'
import type { HttpEvent } from '#shared/http/event.ts'
import { type Ask, httpEvent } from '#test/support/event.ts'
import { openIssuer } from '#test/support/issuer.ts'
import type { World } from '#test/support/world.ts'

/** An operation with the requests that are measured; each one is new, and whatever it needs is there when `next` has answered. */
export interface Sample {
  readonly operation: (typeof operations)[number]
  readonly label: string
  readonly next: () => Promise<HttpEvent>
}

/** Representative operations over one workspace, whose people have real access tokens. */
export async function requestsOf(world: World): Promise<readonly Sample[]> {
  const { tokens, token } = await openIssuer()
  Object.assign(world.services, { tokens })
  let count = 0
  const newcomer = async (): Promise<{ email: string; as: string }> => {
    const email = `person${count++}@example.com`
    const as = await token({ claims: { sub: email, email }, expiresIn: 3_600 })
    await world.call('createAccount', { as })
    return { email, as }
  }

  const { as } = await newcomer()
  const newPath = async () => {
    const { body } = await world.call('createWorkspace', { as, body: { name: 'Blue Team' } })
    return { workspaceId: body.id as string }
  }
  const path = await newPath()
  const { body: key } = await world.call('createApiKey', { as, path, body: { name: 'Reporter' } })
  const secret = key.secret as string
  const report = () => ({ as: secret, body: { events: [{ id: `event-${count++}`, meter: 'requests', quantity: 1 }] } })
  // The shards of the usage are opened by their first event: that is not what is measured.
  for (let i = 0; i < 60; i++) await world.call('reportUsage', report())

  const sample = (name: string, label: string, ask: () => Ask | Promise<Ask>): Sample => {
    const operation = operations.find((each) => each.name === name)!
    return { operation, label, next: async () => httpEvent(operation, await ask()) }
  }
  return [
    sample('getWorkspace', 'getWorkspace', () => ({ as, path })),
    sample('createInvitations', 'createInvitations of 1', async () => {
      const body = { emails: [`guest${count++}@example.com`] }
      return { as, path: await newPath(), body }
    }),
    sample('acceptInvitation', 'acceptInvitation', async () => {
      const guest = await newcomer()
      world.queued = []
      await world.call('createInvitations', { as, path, body: { emails: [guest.email] } })
      await world.run('sendMail')
      return { as: guest.as, body: { token: world.linkToken(guest.email) } }
    }),
    sample('reportUsage', 'reportUsage of 1', report),
    sample('whoami', 'whoami by key', () => ({ as: secret })),
  ]
}
