import { spawn } from 'node:child_process'
import { type Stage, stageOf } from '../aws/stages.ts'
import { command, Trouble } from './command.ts'
import { checkAccess, problemsOf } from './readiness.ts'

const help = `
npm run deploy -- --stage STAGE [--yes] [--check]

Deploys a stage of infra/aws/stages.ts, or brings a deployed one up to date: first what keeps data, then what runs. Before that it checks
that the stage names no domain of the examples, and that there are AWS credentials and a region (AWS_PROFILE, AWS_REGION).

  --yes    do not ask before permissions are widened
  --check  only check

The account and region must have been prepared once: npx cdk bootstrap.
`

function chosen(name: string | undefined): Stage {
  if (name === undefined) throw new Trouble('Give --stage: see infra/aws/stages.ts')
  try {
    return stageOf(name)
  } catch (error) {
    throw new Trouble((error as Error).message)
  }
}

/** Runs CDK's command line with this terminal. Answers its exit code. */
function cdk(...args: readonly string[]): Promise<number> {
  const env = { ...process.env, CDK_DISABLE_VERSION_CHECK: '1' }
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = spawn('cdk', args, { stdio: 'inherit', env })
  child.once('error', (cause) => reject(new Trouble(`CDK cannot be started (${cause.message}): use npm run deploy, after npm ci`)))
  child.once('close', (code) => resolve(code ?? 1))
  return promise
}

const options = { stage: { type: 'string' }, yes: { type: 'boolean' }, check: { type: 'boolean' } } as const

await command(help, options, async ({ options: { stage: name, yes, check } }) => {
  const stage = chosen(name)
  const problems = problemsOf(stage)
  if (problems.length > 0) throw new Trouble([...problems, 'Edit infra/aws/stages.ts, then deploy.'].join('\n'))
  console.log(`stage ${stage.name} in ${await checkAccess()}`)
  if (stage.stripeSecretName) console.log(`Stripe's secret key is read from Secrets Manager: ${stage.stripeSecretName} must be there`)
  if (stage.identity.kind === 'cognito' && stage.identity.mailThroughSes)
    console.log(`Cognito sends through SES: it must have verified ${stage.mail.domain}, else false comes first (docs/deployment.md)`)
  if (check) return
  const approval = yes ? ['--require-approval', 'never'] : []
  process.exitCode = await cdk('deploy', '--all', '--context', `stage=${stage.name}`, ...approval)
})
