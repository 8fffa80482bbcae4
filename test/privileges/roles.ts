import { functionNameOf, type Resource, type Synthesized } from '#test/infra/synthesized.ts'
import type { AwsCall } from '#test/support/recording.ts'

type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource: unknown }

const known: readonly (readonly [RegExp, string])[] = [
  [/^<AWS::DynamoDB::Table \w+\.Arn>/, 'table'],
  [/^<AWS::Logs::LogGroup \w+\.Arn>$/, 'log'],
  [/^arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity\/example\.com$/, 'identity'],
  [/^arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:configuration-set\/<AWS::SES::ConfigurationSet \w+>$/, 'configuration-set'],
]

/** What an ARN of the template is to a recorded call; an ARN that is none of Atrium's stays as it is. */
function resourceOf(arn: string): string {
  const queue = /^<AWS::SQS::Queue Queues(\w+)[0-9A-F]{8}\.Arn>$/.exec(arn)?.[1]
  if (queue) return `queue/${queue.charAt(0).toLowerCase()}${queue.slice(1)}`
  return known.reduce((text, [pattern, name]) => text.replace(pattern, name), arn)
}

/** What the role of every function of a deployment allows: each action on each resource by itself. */
export const allowed = (deployment: Synthesized): AwsCall[] =>
  deployment.of('AWS::Lambda::Function').flatMap((fn) => {
    const role = roleOf(deployment, fn)
    const statements: Statement[] = (role.properties.Policies ?? []).flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) => PolicyDocument.Statement,
    )
    return statements.flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) =>
          [Resource].flat().map((arn) => ({ function: functionNameOf(fn), action, resource: resourceOf(deployment.text(role, arn)) })),
        ),
    )
  })

function roleOf(deployment: Synthesized, { stack, properties }: Resource): Resource {
  const [id] = properties.Role['Fn::GetAtt'] as [string]
  const role = deployment.resources.find((each) => each.stack === stack && each.id === id)
  if (!role) throw new Error(`No role ${id} in ${stack}`)
  return role
}

/** What Lambda itself does with a function's role: it writes the log, and takes messages from the queue that the function works off. */
export function doneByLambda(deployment: Synthesized): AwsCall[] {
  const functions = deployment.of('AWS::Lambda::Function')
  const logging = functions.flatMap((fn) =>
    ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ function: functionNameOf(fn), action, resource: 'log' })),
  )
  const taking = deployment.of('AWS::Lambda::EventSourceMapping').flatMap((source) => {
    const fn = functions.find(({ stack, id }) => stack === source.stack && id === source.properties.FunctionName.Ref)
    const resource = resourceOf(deployment.text(source, source.properties.EventSourceArn))
    return ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action) => ({
      function: fn ? functionNameOf(fn) : '',
      action,
      resource,
    }))
  })
  return [...logging, ...taking]
}
