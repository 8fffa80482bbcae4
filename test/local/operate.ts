import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a command of the shell ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of infra/operate in a process of its own, as `npm run` does, with nothing of this process's AWS settings. */
export function operate(name: string, args: readonly string[], settings: Record<string, string> = {}): Promise<Ended> {
  const script = fileURLToPath(new URL(`../../infra/operate/${name}.ts`, import.meta.url))
  const { PATH, HOME, TMPDIR } = process.env
  const env = {
    PATH,
    HOME,
    TMPDIR,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env: { ...env, ...settings } }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
