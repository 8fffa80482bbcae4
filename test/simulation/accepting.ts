import { isDead } from '#shared/domain/dismissals.ts'
import { workspaceIdIn } from '#shared/table/design/collections.ts'
import { keysOf } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { StagedWorld } from './staged-world.ts'

type Text = string | { readonly S: string }
type Updates = { TransactItems?: { Update?: { Key?: { pk: Text; sk: Text } } }[] }

const text = (value: Text): string => (typeof value === 'string' ? value : value.S)

/** The invitations that a transaction changed. */
const changedIn = (input: object) =>
  ((input as Updates).TransactItems ?? []).flatMap(({ Update }) => {
    return Update?.Key ? keysOf(keys.invitation, [{ pk: text(Update.Key.pk), sk: text(Update.Key.sk) }]) : []
  })

/** Nobody joins by an invitation whose sender was removed or demoted after sending it: checked at the very moment of joining. */
export function watchAccepting(world: StagedWorld): void {
  const { onWrite } = world
  world.onWrite = async (input) => {
    await onWrite(input)
    for (const key of changedIn(input)) {
      const { invitation, workspace } = await world.bare.get({ invitation: key, workspace: keys.workspace(workspaceIdIn(key)) })
      if (invitation?.status === 'accepted' && workspace && isDead(invitation, workspace))
        world.problems.push(`${invitation.acceptedBy} joined by a dead invitation`)
    }
  }
}
