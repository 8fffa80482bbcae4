import { BaseSequencer, type TestSpecification } from 'vitest/node'

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

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = longest.findIndex((name) => moduleId.endsWith(name))
  return rank < 0 ? longest.length : rank
}

/**
 * Begins with what takes longest, so that no core is idle at the end while the other one works off a long file. By itself vitest goes by
 * the durations of the run before, which a clean clone has not, and then by the size of the files, which says nothing: the simulation's is
 * small. Sharding (`vitest run --shard=1/3`) is vitest's own.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other))
  }
}
