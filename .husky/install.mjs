// Puts the pre-commit check into a clone that somebody works in: not in CI, not where there is no .git, not without devDependencies.
import { existsSync } from 'node:fs'

if (!process.env.CI && existsSync('.git')) {
  const husky = await import('husky').catch(() => undefined)
  const problem = husky?.default()
  if (problem) console.log(problem)
}
