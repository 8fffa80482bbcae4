import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { withClient } from '../support/faults.ts'
import { allRows, problemsOf } from '../support/invariants.ts'
import { type Scene, scene, tamper } from '../support/scene.ts'
import { signUp, tokenOf, type World } from '../support/world.ts'

const bobsAddress = 'bob@example.com'
const lookUp = ({ world }: Pick<Scene, 'world'>, token: string) => world.call('lookUpInvitation', { body: { token } })
const messagesOf = ({ queued }: World) => queued.map(({ message }) => message)
const tokensOf = ({ mails }: World): string[] => mails.map(({ text }) => /#token=([\w-]+)/.exec(text)?.[1] ?? '')
const deliveryOf = async ({ pending }: Pick<Scene, 'pending'>) => (await pending())[0].delivery

test('an invitation goes out once, in HTML and in text, with a link whose token is in no server log', async () => {
  const { world, invite, mail, pending } = await scene({ APP_URL: 'https://app.example/team/' })
  await invite('Bob@Example.com', 'developer')

  expect(await mail()).toEqual([])

  expect(world.mails).toHaveLength(1)
  const [{ to, subject, text, html }] = world.mails as [World['mails'][number]]
  const [token = ''] = tokensOf(world)
  expect(to).toBe('Bob@example.com')
  expect(subject).toBe('You are invited to join a workspace')
  expect(text).toContain(`https://app.example/team/invitations#token=${token}\n`)
  expect(html).toContain(`href="https://app.example/team/invitations#token=${token}"`)
  for (const part of [text, html]) {
    expect(part).toContain('Ann has invited you')
    expect(part).toContain('Blue Team')
    expect(part).toContain('as a developer')
    expect(part).toContain('2026-12-01 10:00 UTC')
  }
  expect(JSON.stringify(world.logs)).not.toContain(token)
  expect((await pending())[0]).toMatchObject({ delivery: 'sent', sendCount: 1 })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test("a token has 256 random bits behind the invitation's place", async () => {
  const { world, invite, mail } = await scene()
  await invite(['a@example.com', 'b@example.com'])
  await mail()

  const tokens = tokensOf(world)

  expect(new Set(tokens.map((token) => token.slice(-43))).size).toBe(2)
  for (const token of tokens) expect(Buffer.from(token.slice(-43), 'base64url')).toHaveLength(32)
})

test('of two concurrent deliveries of a message, one sends the e-mail', async () => {
  const team = await scene()
  const { world } = team
  await team.invite(bobsAddress)
  const [message] = messagesOf(world) as [object]

  expect(await world.run('sendMail', [message, message, message])).toEqual([])

  expect(world.mails).toHaveLength(1)
  expect(await deliveryOf(team)).toBe('sent')
})

test('an e-mail whose sender died is sent by the next delivery, a little later', async () => {
  const team = await scene()
  const { world } = team
  await team.invite(bobsAddress)
  const messages = messagesOf(world)
  const never = { ...world.services, mail: { send: () => new Promise<string>(() => {}) } }
  void world.run('sendMail', messages, never)
  await expect.poll(async () => (await allRows(world.services.table)).some(({ claimedUntil }) => claimedUntil)).toBe(true)

  expect(await world.run('sendMail', messages)).toEqual([])
  expect(world.mails).toEqual([])
  world.passSeconds(16)
  await world.run('cleanUp')
  await team.mail()

  expect(world.mails).toHaveLength(1)
})

test('while SES refuses, the message is retried and the invitation stays queued; then it goes out', async () => {
  const team = await scene()
  const { world } = team
  await team.invite([bobsAddress, 'eve@example.com'])
  const messages = messagesOf(world)
  world.mailError = new Error('Throttling: ann@example.com')

  expect(await world.run('sendMail', messages)).toEqual([{ itemIdentifier: '0' }, { itemIdentifier: '1' }])
  expect(await world.run('sendMail', messages)).toHaveLength(2)
  expect(await deliveryOf(team)).toBe('queued')
  expect(JSON.stringify(world.logs)).not.toContain('ann@example.com')

  world.mailError = undefined
  expect(await world.run('sendMail', messages)).toEqual([])
  expect(world.mails.map(({ to }) => to).sort()).toEqual([bobsAddress, 'eve@example.com'])
  expect(await deliveryOf(team)).toBe('sent')
  for (const token of tokensOf(world)) expect(await lookUp(team, token)).toMatchObject({ status: 200 })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('one failing message does not hold up the others of its batch', async () => {
  const { world, invite } = await scene()
  await invite(['a@example.com', 'b@example.com', 'c@example.com'])
  const { mail } = world.services
  const picky = {
    ...world.services,
    mail: {
      send: (email: Parameters<typeof mail.send>[0]) => (email.to.startsWith('b') ? Promise.reject(new Error('No')) : mail.send(email)),
    },
  }

  expect(await world.run('sendMail', messagesOf(world), picky)).toEqual([{ itemIdentifier: '1' }])

  expect(world.mails.map(({ to }) => to).sort()).toEqual(['a@example.com', 'c@example.com'])
})

test('a message that is redelivered after its e-mail went out sends nothing', async () => {
  const { world, invite } = await scene()
  await invite(bobsAddress)
  const messages = messagesOf(world)

  for (let i = 0; i < 3; i++) expect(await world.run('sendMail', messages)).toEqual([])

  expect(world.mails).toHaveLength(1)
})

test('two concurrent deliveries send at most one extra e-mail, and both links work', async () => {
  const team = await scene()
  const { world } = team
  await team.invite(bobsAddress)
  const messages = messagesOf(world)

  await Promise.all([world.run('sendMail', messages), world.run('sendMail', messages)])

  expect(world.mails.length).toBeGreaterThanOrEqual(1)
  expect(world.mails.length).toBeLessThanOrEqual(2)
  for (const token of tokensOf(world)) expect(await lookUp(team, token)).toMatchObject({ status: 200 })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('if SES’s acceptance was not recorded, one more e-mail goes out, and both links work until one is used', async () => {
  const team = await scene()
  const { world } = team
  await team.invite(bobsAddress)
  const messages = messagesOf(world)
  const { mail } = world.services
  const forgetful = {
    ...world.services,
    mail: {
      send: async (email: Parameters<typeof mail.send>[0]) => {
        await mail.send(email)
        throw new Error('The answer was lost')
      },
    },
  }
  expect(await world.run('sendMail', messages, forgetful)).toHaveLength(1)

  expect(await world.run('sendMail', messages)).toEqual([])

  const [first = '', second = ''] = tokensOf(world)
  expect(world.mails).toHaveLength(2)
  expect(await lookUp(team, first)).toMatchObject({ status: 200 })
  expect(await lookUp(team, second)).toMatchObject({ status: 200 })
  expect(await world.call('acceptInvitation', { as: tokenOf(bobsAddress), body: { token: first } })).toMatchObject({ status: 200 })
  expect(await lookUp(team, second)).toMatchObject({ status: 404 })
})

test('resending kills the old links at once, and a late message of the old send does nothing', async () => {
  const team = await scene()
  const { world } = team
  await team.invite(bobsAddress)
  const late = messagesOf(world)
  await team.mail()
  const [old = ''] = tokensOf(world)
  world.passSeconds(60)

  await team.invite(bobsAddress)

  expect(await lookUp(team, old)).toMatchObject({ status: 404 })
  expect(await deliveryOf(team)).toBe('queued')
  expect(await world.run('sendMail', late)).toEqual([])
  expect(world.mails).toHaveLength(1)
  await team.mail()
  expect(world.mails).toHaveLength(2)
  expect(await lookUp(team, tokensOf(world)[1] ?? '')).toMatchObject({ status: 200 })
})

test('an e-mail that was about to go out when the invitation was resent leaves no valid link behind', async () => {
  const team = await scene()
  const { world } = team
  const { body } = await team.invite(bobsAddress)
  const messages = messagesOf(world)
  world.queued = []
  const { mail } = world.services
  const slow = {
    ...world.services,
    mail: {
      send: async (email: Parameters<typeof mail.send>[0]) => {
        world.passSeconds(60)
        await team.here('resendInvitation', { path: { invitationId: body.results[0].invitation.id } })
        return mail.send(email)
      },
    },
  }

  expect(await world.run('sendMail', messages, slow)).toEqual([])

  expect(await deliveryOf(team)).toBe('queued')
  expect(await lookUp(team, tokensOf(world)[0] ?? '')).toMatchObject({ status: 404 })
  await team.mail()
  expect(await lookUp(team, tokensOf(world)[1] ?? '')).toMatchObject({ status: 200 })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test.each([
  ['sent again', async (team: Scene, id: string) => team.here('resendInvitation', { path: { invitationId: id } })],
  [
    'revoked and made again',
    async (team: Scene, id: string) => {
      await team.here('revokeInvitation', { path: { invitationId: id } })
      await team.invite(bobsAddress)
    },
  ],
])('a sender who read the invitation before it was %s sends nothing', async (_, change) => {
  const team = await scene()
  const { world } = team
  const { body } = await team.invite(bobsAddress)
  const messages = messagesOf(world)
  world.passSeconds(61)
  let isChanged = false
  const late = withClient(world, (client) =>
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'TransactWriteItemsCommand' && !isChanged) {
            isChanged = true
            await change(team, body.results[0].invitation.id)
          }
          return next(args)
        },
      { step: 'initialize', name: 'changing' },
    ),
  )

  expect(await world.run('sendMail', messages, late)).toEqual([])

  expect(isChanged).toBe(true)
  expect(world.mails).toEqual([])
  await team.mail()
  expect(world.mails).toHaveLength(1)
})

test('nothing is sent for an invitation that has ended, has expired, or whose workspace is being deleted', async () => {
  const { world, here, invite, path } = await scene()
  const { body } = await invite(['revoked@example.com', 'declined@example.com', 'expires@example.com', 'deleted@example.com'])
  const [revoked, declined] = body.results.map(({ invitation }: { invitation: { id: string } }) => invitation.id)
  const messages = messagesOf(world)
  await here('revokeInvitation', { path: { invitationId: revoked } })
  await world.call('declineInvitation', { as: tokenOf('declined@example.com'), body: { invitationId: declined } })
  await tamper(world, keys.workspace(path.workspaceId), { status: 'deleting' })
  expect(await world.run('sendMail', messages)).toEqual([])
  await tamper(world, keys.workspace(path.workspaceId), { status: 'active' })
  world.passSeconds(604_800)

  expect(await world.run('sendMail', messages)).toEqual([])

  expect(world.mails).toEqual([])
})

test('a message with false content does no harm', async () => {
  const { world } = await scene()

  for (const invitationId of ['inv_', `inv_${'0'.repeat(52)}`, 'nonsense'])
    expect(await world.run('sendMail', [{ kind: 'invitation', invitationId, sendCount: 1 }])).toEqual([])
  expect(world.mails).toEqual([])
})

test('names in an e-mail are inert: no HTML, no header, no link', async () => {
  const { world, ann } = await scene()
  const eve = await signUp(world, 'eve@example.com', '<a href="https://evil.example">Click</a> evil.example/pay')
  const { body } = await world.call('createWorkspace', {
    as: eve.token,
    body: { name: 'http://evil.example mail@evil.example "><script>' },
  })
  await world.call('createInvitations', { as: eve.token, path: { workspaceId: body.id }, body: { emails: [ann.email] } })
  await world.run('sendMail')

  const [{ subject, text, html }] = world.mails as [World['mails'][number]]

  expect(subject).not.toContain('evil')
  for (const part of [text, html]) expect(part).not.toMatch(/evil\.example|https?:\/\/evil|mail@evil/)
  expect(html).not.toMatch(/<script|<a href="https:\/\/evil/)
  expect(html.match(/<a /g)).toHaveLength(1)
  expect(text.match(/https?:\/\//g)).toHaveLength(1)
})
