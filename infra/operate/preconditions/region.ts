import { type Precondition, refusal } from './finding.ts'

/**
 * The regions of the partition `aws` that have everything a stage needs. Each has DynamoDB, Lambda, HTTP APIs, SQS, SNS, KMS, EventBridge
 * and Cognito user pools. SES decides: we need sending, not receiving, which fewer regions have:
 * https://docs.aws.amazon.com/general/latest/gr/ses.html and https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html, as of
 * November 2026. China has no user pools, and GovCloud has other sign-in addresses; neither is supported.
 */
export const regions: ReadonlySet<string> = new Set([
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'ca-west-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-south-2'],
  ...['ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-5'],
  ...['af-south-1', 'il-central-1', 'me-central-1', 'me-south-1'],
])

/** Whether the region offers what a stage needs, and whether the API's certificate is in that region. */
export const regionOffersAll: Precondition = async ({ stage: { name, apiDomain }, region }) => [
  ...(regions.has(region) ? [] : [refusal(unknown(region))]),
  ...(apiDomain && regionOf(apiDomain.certificateArn) !== region ? [refusal(elsewhere(name, region, apiDomain.certificateArn))] : []),
]

/** `arn:aws:acm:eu-central-1:123456789012:certificate/…` → `eu-central-1` */
const regionOf = (arn: string): string | undefined => arn.split(':')[3]

const unknown = (region: string): string =>
  `${region}: this region is not known to have SES and Cognito, which Atrium needs. Set AWS_REGION to one of ${[...regions].sort().join(', ')}; if AWS offers both by now, add it to infra/operate/preconditions/region.ts`

const elsewhere = (stage: string, region: string, arn: string): string =>
  `stage ${stage}: apiDomain.certificateArn is "${arn}", which is not a certificate in ${region}: request one there in AWS Certificate Manager, and put its ARN into infra/aws/stages.ts`
