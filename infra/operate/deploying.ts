import type { Stage } from '../aws/stages.ts'
import { Trouble } from './command.ts'
import { findingsAt } from './preconditions/all.ts'
import { checkAccess, problemsOf } from './readiness.ts'

/** What to deploy, and how. */
export interface Deploying {
  readonly stage: Stage
  /** Look, but change nothing. */
  readonly onlyCheck: boolean
  /** Do not ask before widening permissions. */
  readonly yes: boolean
  /** Runs CDK's command line; returns its exit code. */
  readonly cdk: (...args: readonly string[]) => Promise<number>
  readonly say: (line: string) => void
}

/**
 * Checks the stage, then the account and the region, reports its findings, and deploys. Returns the exit code. If anything prevents the
 * deployment, throws one line per finding; nothing has been changed then.
 */
export async function deploy({ stage, onlyCheck, yes, cdk, say }: Deploying): Promise<number> {
  const problems = problemsOf(stage)
  if (problems.length > 0) throw new Trouble([...problems, 'Edit infra/aws/stages.ts, then deploy.'].join('\n'))
  const region = await checkAccess()
  say(`stage ${stage.name} in ${region}`)
  const findings = await findingsAt({ stage, region })
  for (const { text } of findings.filter(({ refuses }) => !refuses)) say(`note: ${text}`)
  const refused = findings.filter(({ refuses }) => refuses).map(({ text }) => text)
  if (refused.length > 0) throw new Trouble([...refused, 'Nothing was changed.'].join('\n'))
  say('The stage is ready to be deployed.')
  if (onlyCheck) return 0
  return await cdk('deploy', '--all', '--context', `stage=${stage.name}`, ...(yes ? ['--require-approval', 'never'] : []))
}
