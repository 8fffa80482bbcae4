import type { Stage } from '../aws/stages.ts'
import { Trouble } from './command.ts'
import { findingsAt } from './preconditions/all.ts'
import { checkAccess, problemsOf } from './readiness.ts'

/** What a deployment is asked to do, and by what. */
export interface Deploying {
  readonly stage: Stage
  /** Look, and touch nothing. */
  readonly onlyCheck: boolean
  /** Do not ask before permissions are widened. */
  readonly yes: boolean
  /** Runs CDK's command line; answers its exit code. */
  readonly cdk: (...args: readonly string[]) => Promise<number>
  readonly say: (line: string) => void
}

/**
 * Looks at the stage, then at the account and the region, says what it found, and deploys. Answers the exit code. Throws, a line a
 * finding, where something stands in the way; then nothing has been touched.
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
