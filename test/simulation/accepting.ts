import { isDead } from '#shared/domain/dismissals.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import { keys, prefix } from '#shared/table/design.ts'
import type { StagedWorld } from './staged-world.ts'

type Text = string | { readonly S: string }
type Updates = { TransactItems?: { Update?: { Key?: { pk: Text; sk: Text } } }[] }

const text = (value: Text): string => (typeof value === 'string' ? value : value.S)

/** The invitations that a transaction has changed. */
const changedIn = (input: object) =>
  ((input as Updates).TransactItems ?? []).flatMap(({ Update }) => {
    const key = Update?.Key && { pk: text(Update.Key.pk), sk: text(Update.Key.sk) }
    return key?.sk.startsWith(prefix.invitation) ? [key] : []
  })

/** Nobody joins by an invitation whose sender was removed or demoted after sending it: looked at at the very moment of joining. */
export function watchAccepting(world: StagedWorld): void {
  const { onWrite } = world
  world.onWrite = async (input) => {
    await onWrite(input)
    for (const key of changedIn(input)) {
      const workspaceKey = keys.workspace(key.pk.slice(key.pk.indexOf('#') + 1))
      const [invitation, workspace] = await world.bare.get<[Invitation, Workspace]>(key, workspaceKey)
      if (invitation?.status === 'accepted' && workspace && isDead(invitation, workspace))
        world.problems.push(`${invitation.acceptedBy} joined by a dead invitation`)
    }
  }
}
