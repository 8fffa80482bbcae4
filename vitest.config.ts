import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/** One project for each folder below test/, so that `vitest run --project domain` runs the rules alone, in a second. */
const folder = (name: string, options: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
})

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Measured: threads load a handler's packages in half the time that processes take.
    pool: 'threads',
    // One more than there are cores: about half of the time a test waits for the database or for a process that it has started.
    maxWorkers: availableParallelism() + 1,
    // What passes in a second on an idle machine may take a minute on a busy one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      folder('domain'),
      folder('table'),
      folder('invitations'),
      folder('payments'),
      folder('billing'),
      folder('deletion'),
      folder('tokens'),
      folder('http'),
      folder('worker'),
      folder('page'),
      folder('functions'),
      folder('operate'),
      folder('laws'),
      folder('simulation'),
      folder('infra'),
      folder('deployed'),
      // Whole services: each file in a process that can be signalled.
      folder('local', { pool: 'forks' }),
      // Looks at what the functions did while all the others ran.
      folder('privileges', { sequence: { groupOrder: 1 } }),
    ],
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts', 'shared/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'html'],
      thresholds: { lines: 95 },
    },
  },
})
