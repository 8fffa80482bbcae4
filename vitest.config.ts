import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/** One project for each folder below test/, so that `vitest run --project domain` runs the rules alone, in a second. */
const folder = (name: string, options: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
})

/** Tests of whole services: each starts several, so they run after the others, each file in a process that can be signalled. */
const services = { pool: 'forks' as const, sequence: { groupOrder: 1 }, testTimeout: 120_000, hookTimeout: 120_000 }

/** A synthesis is two seconds of CPU, of a machine that may be busy. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Measured: threads load a handler's packages in half the time that processes take.
    pool: 'threads',
    // The default leaves one core of two idle.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
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
      folder('infra', patient),
      folder('deployed', patient),
      folder('local', services),
      folder('privileges', { ...patient, sequence: { groupOrder: 2 } }),
    ],
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts', 'shared/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'html'],
      thresholds: { lines: 95 },
    },
  },
})
