import { spawn } from 'node:child_process'
import { type Stage, stageOf } from '../aws/stages.ts'
import { command, Trouble } from './command.ts'
import { deploy } from './deploying.ts'

const help = `
npm run deploy -- --stage STAGE [--yes] [--check]

Deploys a stage of infra/aws/stages.ts, or updates a deployed one: first the data stack, then the service. Before it changes anything it
checks that you have replaced the example domains in the stage and, with your own AWS credentials and region (AWS_PROFILE, AWS_REGION),
that the region has all services, CDK is bootstrapped, every stack can be updated, SES can create and use the sender, Lambda runs enough
functions concurrently, and Stripe's secret exists. If the deployment would fail, it stops and says what to do.

  --yes    do not ask before widening permissions
  --check  only check, and print the findings

The checks need ssm:GetParameter, cloudformation:DescribeStacks and DescribeStackResources, ses:GetAccount and GetEmailIdentity,
lambda:GetAccountSettings, secretsmanager:DescribeSecret and dynamodb:ListTables. It reports what it may not check, and continues.
`

function chosen(name: string | undefined): Stage {
  if (name === undefined) throw new Trouble('Give --stage: see infra/aws/stages.ts')
  try {
    return stageOf(name)
  } catch (error) {
    throw new Trouble((error as Error).message)
  }
}

/** Runs CDK's command line in this terminal. Returns its exit code. */
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
