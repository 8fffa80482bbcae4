import { CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { Stage } from '../../aws/stages.ts'
import { type Finding, ifThere, type Precondition, refusal } from './finding.ts'

/** The stacks of a stage, in the order in which they are deployed. */
const namesOf = ({ name }: Stage) => [`atrium-${name}-data`, `atrium-${name}-service`] as const

/** A stack's status; undefined if the stack does not exist, which CloudFormation reports as a ValidationError. */
async function statusOf(client: CloudFormationClient, StackName: string): Promise<string | undefined> {
  const found = await ifThere(client.send(new DescribeStacksCommand({ StackName })), 'ValidationError')
  return found?.Stacks?.[0]?.StackStatus
}

/**
 * Whether the stage's existing stacks can be changed. CDK itself removes a stack whose creation failed, unless it is protected:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
 */
export const stacksAreAtRest: Precondition = async ({ stage, region }) => {
  const client = new CloudFormationClient({ region })
  const [data, service] = namesOf(stage)
  const [dataStatus, serviceStatus] = await Promise.all([statusOf(client, data), statusOf(client, service)])
  return [
    ...problemsOf(data, { status: dataStatus, region, isProtected: stage.keepsData }),
    ...problemsOf(service, { status: serviceStatus, region, isProtected: false }),
  ]
}

function problemsOf(
  stack: string,
  { status, region, isProtected }: { status: string | undefined; region: string; isProtected: boolean },
): Finding[] {
  const is = `${region}: the stack ${stack} is ${status}`
  if (status === undefined || status === 'REVIEW_IN_PROGRESS') return []
  if (status.endsWith('_IN_PROGRESS')) return [refusal(`${is}: wait until it is done`)]
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return [refusal(`${is}: run aws cloudformation continue-update-rollback --stack-name ${stack}, then deploy`)]
  const failedAtFirst = status.startsWith('ROLLBACK_') || status === 'CREATE_FAILED'
  if (status === 'DELETE_FAILED' || (failedAtFirst && isProtected))
    return [refusal(`${is} and cannot be updated: remove it as docs/deployment.md says under Tear-down, then deploy`)]
  return []
}

/** Whether the stage's own data stack created the sender's domain in SES. */
export async function madeSender(stage: Stage, region: string): Promise<boolean> {
  const [data] = namesOf(stage)
  const client = new CloudFormationClient({ region })
  const found = await ifThere(client.send(new DescribeStackResourcesCommand({ StackName: data })), 'ValidationError')
  return (found?.StackResources ?? []).some(
    ({ ResourceType, PhysicalResourceId }) => ResourceType === 'AWS::SES::EmailIdentity' && PhysicalResourceId === stage.mail.domain,
  )
}
