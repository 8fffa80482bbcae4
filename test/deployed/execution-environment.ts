import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DeployedFunction } from './deployment.ts'
import { region, sessionToken } from './stand-in-values.ts'

/** What a process needs to know about the simulated world around it. */
export interface Surroundings {
  /** The port that accepts every connection. */
  readonly gatePort: number
  /** The file with the gate's certificate. */
  readonly authorityFile: string
  readonly accessKeyId: string
}

/** The speed of a function's clock: this many of its milliseconds per this many of the machine's. */
interface Steps {
  readonly milliseconds: number
  readonly every: number
}

/** So slow that no time limit expires on a busy machine. */
const slow: Steps = { milliseconds: 1, every: 20 }
const fast: Steps = { milliseconds: 20, every: 2 }

/** How long a process may take to start or to answer before it is given up, in milliseconds; generous, because a machine may be busy. */
const answerTimeoutMs = 60_000

/** What Lambda adds to a function's own variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const setByLambda = ({ arn, handler, folder, memorySize }: DeployedFunction, { authorityFile, accessKeyId }: Surroundings) => ({
  _HANDLER: handler,
  LAMBDA_TASK_ROOT: folder,
  LAMBDA_RUNTIME_DIR: import.meta.dirname,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: arn.split(':').at(-1) ?? '',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: sessionToken,
  TZ: ':UTC',
  LANG: 'en_US.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/bin',
  NODE_EXTRA_CA_CERTS: authorityFile,
})

/** A process's message: that it is ready, what its function returned, or how it failed. */
export interface Told {
  readonly ready?: true
  readonly answered?: string
  readonly milliseconds?: number
  readonly failed?: { readonly name: string; readonly message: string; readonly stack: string }
}

/** A function failed as a whole: it did not start, threw, or ended. */
class FunctionFailed extends Error {}

/**
 * One execution environment: a process with one function's code and variables and nothing of the process that starts it, which is frozen
 * (SIGSTOP) whenever no event is being handled.
 */
export class ExecutionEnvironment {
  readonly #child: ChildProcess
  readonly #function: DeployedFunction
  readonly #ready: Promise<Told>
  /** What the function wrote: its log. */
  log = ''

  constructor(fn: DeployedFunction, surroundings: Surroundings) {
    this.#function = fn
    const script = join(import.meta.dirname, 'bootstrap.mjs')
    this.#child = spawn(process.execPath, [script, fn.folder, fn.handler, String(surroundings.gatePort)], {
      env: { ...setByLambda(fn, surroundings), ...fn.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (this.log += text))
    this.#ready = this.#told().finally(() => this.#freeze())
    this.#ready.catch(() => {})
  }

  /** Settles when the function has been loaded, or failed to load, which is reported to its callers. */
  get started(): Promise<void> {
    return this.#ready.then(
      () => {},
      () => {},
    )
  }

  /** Passes an event to the function and returns its result. Throws `FunctionFailed`, with the function's log. */
  async invoke(event: object, now: Date): Promise<unknown> {
    return JSON.parse(this.#requireGood(await this.run(event, now, slow)).answered ?? 'null')
  }

  /** Like `invoke`, but also returns how a function failed, and how long it took by its own clock. */
  async run(event: object, now: Date, steps?: Steps): Promise<Told> {
    this.#requireGood(await this.#ready)
    this.#child.kill('SIGCONT')
    const told = this.#told()
    this.#child.send({ event, now: now.getTime(), requestId: randomUUID(), milliseconds: this.#function.timeoutSeconds * 1_000, steps })
    const ended = await told
    this.#freeze()
    return ended
  }

  /** Runs the function's clock ten times as fast as the machine's: nobody is going to answer. */
  letTimePass(): void {
    this.#child.send({ steps: fast })
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  #freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  #requireGood(told: Told): Told {
    if (told.failed) throw new FunctionFailed(`${this.#function.name}: ${told.failed.name}: ${told.failed.message}\n${this.log}`)
    return told
  }

  /** The process's next message. */
  #told(): Promise<Told> {
    return new Promise((resolve, reject) => {
      const fail = (what: string) => reject(new FunctionFailed(`${this.#function.name} ${what}\n${this.log}`))
      const timer = setTimeout(() => fail(`does not answer within ${answerTimeoutMs / 1_000} s`), answerTimeoutMs)
      const ended = (code: number | null, signal: string | null) => fail(`ended (${code ?? signal})`)
      this.#child.once('exit', ended).once('message', (told: Told) => {
        clearTimeout(timer)
        this.#child.off('exit', ended)
        resolve(told)
      })
    })
  }
}
