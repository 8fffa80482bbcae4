import { createHash } from 'node:crypto'
import type { DeployedFunction, Deployment } from './deployment.ts'
import { ExecutionEnvironment, type Surroundings } from './execution-environment.ts'
import { matches } from './iam.ts'

/** Each function has its own access key, by which the gate recognizes the role. */
export const accessKeyIdOf = (name: string): string => `ASIA${createHash('sha256').update(name).digest('hex').slice(0, 16).toUpperCase()}`

/** A recorded call of a function, which can be repeated. */
export interface SeenCall {
  readonly fn: DeployedFunction
  readonly event: object
  readonly now: Date
}

/** Lambda: starts a process for a function at its first call, and lets only permitted callers call it. */
export function openFunctions(
  deployment: Deployment,
  surroundings: Omit<Surroundings, 'accessKeyId'>,
  { now, seen }: { readonly now: () => Date; readonly seen: (call: SeenCall) => (returned: unknown) => void },
) {
  const environments = new Map<string, ExecutionEnvironment>()

  const byArn = (arn: string): DeployedFunction => {
    const found = deployment.functions.find((each) => each.arn === arn)
    if (!found) throw new Error(`There is no function ${arn}`)
    return found
  }
  const start = (fn: DeployedFunction): ExecutionEnvironment => {
    const made = environments.get(fn.arn) ?? new ExecutionEnvironment(fn, { ...surroundings, accessKeyId: accessKeyIdOf(fn.name) })
    environments.set(fn.arn, made)
    return made
  }

  const invoke = async (fn: DeployedFunction, event: object): Promise<unknown> => {
    const done = seen({ fn, event, now: now() })
    const returned = await start(fn).invoke(event, now())
    done(returned)
    return returned
  }

  return {
    byArn,
    byName: (name: string): DeployedFunction => {
      const found = deployment.functions.find((each) => each.name === name)
      if (!found) throw new Error(`There is no function ${name}`)
      return found
    },
    /** Starts every function ahead of its first call, a few at a time. */
    startAll: async (atOnce: number): Promise<void> => {
      const waiting = [...deployment.functions]
      const startNext = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) await start(next).started
      }
      await Promise.all(Array.from({ length: atOnce }, startNext))
    },
    /** Calls a function for an AWS service, and returns its result. */
    invoke: (arn: string, { principal, sourceArn }: { principal: string; sourceArn: string }, event: object): Promise<unknown> => {
      const fn = byArn(arn)
      const permitted = deployment.permissions.some(
        (each) => each.functionArn === arn && each.principal === principal && matches(each.sourceArn, sourceArn),
      )
      if (!permitted) throw new Error(`${principal} may not call ${fn.name}: no permission of the function is for ${sourceArn}`)
      return invoke(fn, event)
    },
    /** Calls a function for Lambda itself, which receives a queue's messages with the function's own role. */
    invokeItself: (arn: string, event: object): Promise<unknown> => invoke(byArn(arn), event),
    /** What all functions wrote, by their names. */
    logs: (): ReadonlyMap<string, string> => new Map([...environments].map(([arn, { log }]) => [byArn(arn).name, log])),
    end: () => {
      for (const environment of environments.values()) environment.end()
    },
  }
}
