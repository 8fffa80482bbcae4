import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { folderOf } from './running-functions.ts'

/** The test files that take longest, longest first. Measured; where one is missing here, a run ends a little later. */
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

/** The folders whose tests look at Atrium from outside: the others could do without them. */
const apart = ['infra', 'deployed', 'local', 'operate', 'simulation']

const belongsTogether = ({ moduleId }: TestFile): boolean => !apart.includes(folderOf(moduleId))

/**
 * The files of a shard. The first has all tests by which the coverage is measured, and all that run functions, without which the
 * comparison of what these did with their roles could say nothing; the others share the rest.
 */
export function shardOf<T extends TestFile>(files: readonly T[], { index, count }: { index: number; count: number }): T[] {
  if (count === 1) return [...files]
  if (index === 1) return files.filter(belongsTogether)
  const others = files.filter((file) => !belongsTogether(file)).sort((one, other) => rankOf(one) - rankOf(other))
  return others.filter((_, i) => i % (count - 1) === index - 2)
}

/**
 * Begins with what takes longest, so that no core is idle at the end while the other one works off a long file. By itself vitest goes by
 * the durations of the run before, which a clean clone has not, and then by the size of the files, which says nothing: the simulation's is
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
