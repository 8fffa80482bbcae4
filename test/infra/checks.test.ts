import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CfnResource } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { expect, test, vi } from 'vitest'
import { addAtrium, type Deployment, newApp } from '#infra/aws/atrium.ts'
import { acknowledgements, check } from '#infra/aws/checks.ts'
import { type Stage, stageOf, stages } from '#infra/aws/stages.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

type Violation = { readonly ruleName: string; readonly violatingConstructs: readonly { readonly constructPath: string }[] }
type Report = { readonly pluginReports: readonly { readonly pluginName: string; readonly violations: readonly Violation[] }[] }

interface Checking {
  readonly acknowledged?: typeof acknowledgements
  /** Makes something worse before it is checked. */
  readonly spoil?: (deployment: Deployment) => void
}

/** What the checks find in a stage while it is synthesized, as `{checker} {rule}`; the synthesis fails where it is anything. */
async function findings(stage: Stage, { acknowledged, spoil }: Checking = {}): Promise<string[]> {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(console, 'error').mockReturnValue()
  const app = newApp(temporaryFolder())
  const deployment = await addAtrium(app, stage, { codeOf: () => Code.fromInline('exports.handler = () => {}') })
  spoil?.(deployment)
  check(app, deployment, acknowledged)
  const failure = synthesisOf(app)
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report
  const found = pluginReports.flatMap(({ pluginName, violations }) => violations.map(({ ruleName }) => `${pluginName} ${ruleName}`))
  expect(failure !== undefined, 'a finding is a failure').toBe(found.length > 0)
  return [...new Set(found)].sort()
}

function synthesisOf(app: ReturnType<typeof newApp>): unknown {
  try {
    app.synth()
    return undefined
  } catch (error) {
    return error
  }
}

test.for(stages)('the stage $name follows the advice of AWS, but where it is acknowledged with a reason', async (stage) => {
  expect(await findings(stage)).toEqual([])
})

test('every acknowledgement is needed', async () => {
  const found = await findings(stageOf('prod'), { acknowledged: [] })

  expect(found).toEqual(acknowledgements.map(({ rule }) => `AwsSolutions ${rule}`).toSorted())
  for (const { reason } of acknowledgements) expect(reason.length).toBeGreaterThan(60)
})

test('a queue that accepts plain http and has no dead-letter queue is reported', async () => {
  const spoil = ({ service }: Deployment) => void new Queue(service, 'Careless')

  const found = await findings(stageOf('dev'), { spoil })

  expect(found).toEqual(expect.arrayContaining(['AwsSolutions AwsSolutions-SQS3', 'AwsSolutions AwsSolutions-SQS4']))
})

test('a template that CloudFormation would refuse is reported before it is sent', async () => {
  const spoil = ({ data }: Deployment) => {
    for (const node of data.node.findAll())
      if (CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::SQS::Queue')
        node.addPropertyOverride('VisibilityTimeout', 'soon')
  }

  const found = await findings(stageOf('dev'), { spoil })

  expect(found).toEqual([expect.stringMatching(/^CloudFormation Validate /)])
})
