import { globSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** The folders whose tests run no function of Atrium in a world of their own. */
const quiet = ['domain', 'infra', 'deployed', 'local', 'privileges', 'simulation', 'page', 'operate']

/** `domain` of a test file in test/domain. */
export const folderOf = (file: string): string => relative(root, file).split(sep)[1] ?? ''

/** Whether a test file may run functions whose calls to AWS are recorded, to be compared with their roles (test/privileges). */
const runsFunctions = (file: string): boolean => !quiet.includes(folderOf(file))

/** Every test file that may run functions. */
export const filesRunningFunctions = (): string[] =>
  globSync('test/*/**/*.test.ts', { cwd: root })
    .map((file) => resolve(root, file))
    .filter(runsFunctions)
