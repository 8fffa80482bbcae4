import { devNull } from 'node:os'
import { region } from './queue/queues.ts'

/** The endpoints of the local stand-ins for AWS services. */
export interface AwsEndpoints {
  readonly dynamodb: string
  readonly sqs: string
  readonly ses: string
  readonly accessKeyId: string
}

/**
 * Points this process's AWS SDK at the local parts through the SDK's own variables. Removes every other source that the SDK would read
 * (profiles, files, other AWS variables), so that no call of the local service can reach AWS.
 */
export function pointSdkAt({ dynamodb, sqs, ses, accessKeyId }: AwsEndpoints): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  Object.assign(process.env, {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_SES: ses,
  })
}
