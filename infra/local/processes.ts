import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** A process of this machine: its id and its command line. */
export interface RunningProcess {
  readonly pid: number
  readonly command: readonly string[]
}

const fromProc = (pid: string): RunningProcess | undefined => {
  try {
    return { pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1) }
  } catch {
    return undefined // it has ended meanwhile, or belongs to someone else
  }
}

const fromPs = (): RunningProcess[] =>
  execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().split(/\s+/).slice(1) }))

/** Every process whose command line can be read. A zombie has none, so one that is only waiting to be reaped counts as gone. */
export function listProcesses(): RunningProcess[] {
  if (!existsSync('/proc/self/cmdline')) return fromPs()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(fromProc)
    .filter((found) => found !== undefined)
}

/** The process with this id; undefined if there is none. A zombie counts as none. */
export function findProcess(pid: number): RunningProcess | undefined {
  const found = existsSync('/proc/self/cmdline') ? fromProc(String(pid)) : fromPs().find((process) => process.pid === pid)
  return found?.command.length ? found : undefined
}

/** Polls every 50 ms until `condition` holds; returns false if it does not within `withinMs`. */
export async function eventually(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) return false
    await pause(50)
  }
  return true
}
