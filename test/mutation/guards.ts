import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { guards } from './guard-list.ts'
import { mutated } from './mutant.ts'

/**
 * `npm run mutate:guards [-- PATTERN]`: takes each guard of the list out, one at a time and in a copy of the tree, and runs the test file that
 * catches it. Prints what was killed and what survived; exit code 1 where one survived, or a test is red without any mutant.
 */
const wanted = guards.filter(({ is, file }) => new RegExp(process.argv[2] ?? '').test(`${file} ${is}`))

/** A copy of what git knows, or would know, with the packages of this tree. */
function copyOfTree(): string {
  const scratch = mkdtempSync(join(tmpdir(), 'guards-'))
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  for (const file of files.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true })
    cpSync(file, join(scratch, file))
  }
  symlinkSync(resolve('node_modules'), join(scratch, 'node_modules'))
  return scratch
}

/** Whether tests are green; one that never ends is not. */
const areGreen = (scratch: string, ...files: readonly string[]): boolean =>
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', ...files], {
    cwd: scratch,
    stdio: 'ignore',
    timeout: 300_000,
    killSignal: 'SIGKILL',
  }).status === 0

function main(): number {
  const scratch = copyOfTree()
  try {
    const sound = new Map<string, boolean>()
    const survived = wanted.filter((guard) => {
      if (!sound.has(guard.caughtBy)) sound.set(guard.caughtBy, areGreen(scratch, guard.caughtBy))
      if (!sound.get(guard.caughtBy)) {
        console.log(`UNKNOWN   ${guard.file}: ${guard.is} (${guard.caughtBy} is red without it)`)
        return true
      }
      const path = join(scratch, guard.file)
      const source = readFileSync(path, 'utf8')
      writeFileSync(path, mutated(guard, source))
      const isAlive = areGreen(scratch, guard.caughtBy)
      writeFileSync(path, source)
      console.log(`${isAlive ? 'SURVIVED' : 'killed  '}  ${guard.file}: ${guard.is} (${guard.caughtBy})`)
      return isAlive
    })
    console.log(`${wanted.length - survived.length} of ${wanted.length} killed, ${survived.length} survived`)
    return survived.length > 0 ? 1 : 0
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

process.exitCode = main()
