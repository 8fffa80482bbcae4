import { defineConfig } from 'vitest/config'

/** The tests that need no database: Stryker runs them once for each mutant of what they cover. */
export default defineConfig({
  test: {
    include: ['test/domain/**/*.test.ts', 'test/payments/**/*.test.ts', 'test/billing/**/*.unit.test.ts'],
    pool: 'threads',
    testTimeout: 30_000,
  },
})
