import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { folderOf } from './running-functions.ts'

/** The slowest test files, slowest first. Measured; if one is missing here, a run takes a little longer. */
const longest = [
  'local/service',
  'billing/payment-crashes',
  'functions/races',
  'deletion/deletion-crashes',
  'deployed/story',
  'billing/charging',
  'local/invitation-page',
  'local/operators',
  'billing/payment-turns',
  'local/database',
  'invitations/membership-model',
  'simulation/simulation',
  'simulation/seeds-13-to-25',
  'infra/checks',
  'local/readme',
  'deployed/breakages',
].map((name) => `/test/${name}.test.ts`)

type TestFile = Pick<TestSpecification, 'moduleId'>

const rankOf = ({ moduleId }: TestFile): number => {
  const rank = longest.findIndex((name) => moduleId.endsWith(name))
  return rank < 0 ? longest.length : rank
}

/** The folders whose tests look at Atrium from outside and do not depend on the others. */
const apart = ['infra', 'deployed', 'local', 'operate', 'simulation']

const belongsTogether = ({ moduleId }: TestFile): boolean => !apart.includes(folderOf(moduleId))

/**
 * The files of a shard. The first has all tests that measure coverage, and all that run functions, because comparing the functions' calls
 * with their roles needs all of them; the other shards share the rest.
 */
export function shardOf<T extends TestFile>(files: readonly T[], { index, count }: { index: number; count: number }): T[] {
  if (count === 1) return [...files]
  if (index === 1) return files.filter(belongsTogether)
  const others = files.filter((file) => !belongsTogether(file)).sort((one, other) => rankOf(one) - rankOf(other))
  return others.filter((_, i) => i % (count - 1) === index - 2)
}

/**
 * Starts with the slowest files, so that no core is idle at the end while another one works on a long file. By default vitest sorts by the
 * durations of the previous run, which a clean clone does not have, and then by file size, which says nothing: the simulation's file is
 * small.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other))
  }

  override async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return shardOf(files, this.ctx.config.shard ?? { index: 1, count: 1 })
  }
}
