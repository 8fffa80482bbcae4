import { spawn } from 'node:child_process'
import { type Stage, stageOf } from '../aws/stages.ts'
import { command, Trouble } from './command.ts'
import { deploy } from './deploying.ts'

const help = `
npm run deploy -- --stage STAGE [--yes] [--check]

Deploys a stage of infra/aws/stages.ts, or brings a deployed one up to date: first what keeps data, then what runs. Before it touches
anything it looks whether the stage names no domain of the examples, and, with your own AWS credentials and region (AWS_PROFILE,
AWS_REGION), whether the region has all services, CDK is bootstrapped, the stacks are at rest, SES can make and use the sender, Lambda
runs enough functions at once, and Stripe's secret is there. What would make the deployment fail ends it, and says what to do.

  --yes    do not ask before permissions are widened
  --check  only look, and say what was found

To look it needs ssm:GetParameter, cloudformation:DescribeStacks and DescribeStackResources, ses:GetAccount and GetEmailIdentity,
lambda:GetAccountSettings, secretsmanager:DescribeSecret and dynamodb:ListTables; what it may not look at it says, and goes on.
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
  child.once('error', (cause) => reject(new Trouble(`CDK does not start (${cause.message}): use npm run deploy, after npm ci`)))
  child.once('close', (code) => resolve(code ?? 1))
  return promise
}

const options = { stage: { type: 'string' }, yes: { type: 'boolean' }, check: { type: 'boolean' } } as const

await command(help, options, async ({ options: { stage: name, yes, check } }) => {
  process.exitCode = await deploy({ stage: chosen(name), onlyCheck: check === true, yes: yes === true, cdk, say: console.log })
})
