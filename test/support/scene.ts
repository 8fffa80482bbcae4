import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { onTestFinished } from 'vitest'
import { newMember } from '#shared/domain/founding.ts'
import { derivedId } from '#shared/domain/ids.ts'
import type { Member } from '#shared/domain/member.ts'
import type { Role } from '#shared/domain/roles.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import type { Place } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { putAddress, putMember } from '#shared/table/workspaces.ts'
import type { Ask } from './event.ts'
import { rawKey } from './raw-key.ts'
import { createWorld, join, signUp, tokenOf, type World } from './world.ts'

/** A world in which Ann is the admin of the workspace Blue Team, with the requests that tests make most often. */
export async function scene(settings: Record<string, string> = {}) {
  const world = await createWorld(settings)
  onTestFinished(() => world.close())
  const ann = await signUp(world, 'ann@example.com', 'Ann')
  const { body: workspace } = await world.call('createWorkspace', { as: ann.token, body: { name: 'Blue Team' } })
  const path = { workspaceId: workspace.id as string }

  /** Calls an operation on the workspace, as Ann unless somebody else is named. */
  const here = (name: string, { as = ann.token, path: rest = {}, ...ask }: Ask = {}) =>
    world.call(name, { as, path: { ...path, ...rest }, ...ask })

  return {
    world,
    ann,
    workspace,
    path,
    here,
    invite: (emails: string | readonly string[], role?: Role, as = ann.token) =>
      here('createInvitations', { as, body: { emails: [emails].flat(), ...(role && { role }) } }),
    /** Runs the mail queue until it is empty. */
    mail: () => world.run('sendMail'),
    /** Accepts the newest link to an address, as the person of that address or of a token. */
    accept: (email: string, as = tokenOf(email)) => world.call('acceptInvitation', { as, body: { token: world.linkToken(email) } }),
    join: (email: string, role: Role) => join(world, ann.token, path.workspaceId, email, role),
    pending: async (query = {}) => (await here('listInvitations', { query })).body.data,
    members: async () => (await here('listMembers')).body.data,
    /** The workspace's current item. */
    item: () => itemOf(world, path.workspaceId),
  }
}
export type Scene = Awaited<ReturnType<typeof scene>>

/** A workspace's current item. */
export async function itemOf({ services }: World, workspaceId: string): Promise<Workspace> {
  const item = await services.table.get(keys.workspace(workspaceId))
  if (!item) throw new Error('No such workspace')
  return item
}

/** Changes an item's attributes directly in the table. */
export const tamper = async ({ services }: World, place: Place, set: object): Promise<void> => {
  await services.table.change(rawKey(place), { set: { ...set } })
}

/** Puts this many plain members directly into the table, counts included. */
export async function crowd(world: World, workspaceId: string, size: number, name = 'crowd'): Promise<Member[]> {
  const members = Array.from({ length: size }, (_, i) => {
    const email = `${name}${i}@example.com`
    const account = {
      id: derivedId('acc', 'test', email),
      email,
      emailVerified: false,
      name: `${name} ${i}`,
      createdAt: world.now.toISOString(),
    }
    return newMember(workspaceId, account, { role: 'member', joinedAt: new Date(world.now.getTime() + i).toISOString() })
  })
  const accounts = members.map(({ accountId, email, name, joinedAt }) => ({ id: accountId, email, name, createdAt: joinedAt }))
  await putAll(world, [
    ...members.flatMap((member) => [putMember(member), putAddress(member)]).map(({ request }) => request.Put?.Item ?? {}),
    ...accounts.map((account) => ({ ...keys.account(account.id), ...account })),
  ])
  const { memberCount } = await itemOf(world, workspaceId)
  await tamper(world, keys.workspace(workspaceId), { memberCount: memberCount + size })
  return members
}

/** Puts items directly into the table. */
export async function putAll({ services: { table } }: World, items: readonly object[]): Promise<void> {
  for (let i = 0; i < items.length; i += 25) {
    const RequestItems = { [table.name]: items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item: { ...Item } } })) }
    await table.client.send(new BatchWriteCommand({ RequestItems }))
  }
}
