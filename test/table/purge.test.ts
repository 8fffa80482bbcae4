import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { deletionOf, departure, leftoversOf } from '#test/support/departure.ts'
import { mortal } from '#test/support/faults.ts'
import { forSeeds } from '#test/support/random.ts'
import { putAll } from '#test/support/scene.ts'

test('the counts stay exact if the worker dies repeatedly, within a page and while the next one is read', async () => {
  const size = 2_345
  await forSeeds(2, async (random) => {
    const d = await departure()
    await putAll(
      d.world,
      Array.from({ length: size }, (_, i) => keys.project({ workspaceId: d.workspaceId, projectId: `prj_${String(i).padStart(26, '0')}` })),
    )
    await d.erase()

    let deaths = 0
    for (let run = 0; run < 200 && (await deletionOf(d.world, d.workspaceId))?.step !== 'completed'; run++) {
      const { services } = mortal(d.world, 12 + random.below(80))
      const failed = await d.world.run('runDeletion', [{ deletionId: d.deletionId }], services)
      deaths += failed.length
    }

    expect(deaths).toBeGreaterThan(3)
    expect(await d.deletion()).toMatchObject({ status: 'completed', purged: { project: size, member: 1, apiKey: 1 } })
    expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
  })
})
