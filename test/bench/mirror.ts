import { CreateTableCommand } from '@aws-sdk/client-dynamodb'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import { documentClient } from '#shared/table/engine.ts'
import type { World } from '#test/support/world.ts'
import type { ClientOf } from './database.ts'
import { onTable, type Rounds, replay } from './recorder.ts'

/** A second table with the same content, where Atrium's calls are made again by hand. */
export interface Mirror {
  /** The calls as requests to this table. */
  readonly prepared: (rounds: Rounds) => Rounds
  readonly replay: (prepared: Rounds) => Promise<void>
}

/** Makes the mirror of a world whose table is still empty. Every write has to be made again on it, so that conditions hold there too. */
export async function mirrorOf({ services }: World, clientOf: ClientOf): Promise<Mirror> {
  const { name } = services.table
  const mirror = `${name}-mirror`
  const raw = clientOf()
  await raw.send(new CreateTableCommand(tableDefinition(mirror)))
  const client = documentClient(raw)
  return { prepared: (rounds) => onTable(rounds, name, mirror), replay: (prepared) => replay(client, prepared) }
}
