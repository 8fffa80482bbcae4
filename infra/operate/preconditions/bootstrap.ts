import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { ifThere, type Precondition, refusal } from './finding.ts'

/** Where CDK stores the version of `cdk bootstrap`'s resources: https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html */
const parameter = '/cdk-bootstrap/hnb659fds/version'

/** The version that the templates require; a test compares the two. */
export const requiredVersion = 6

/** Whether account and region have been bootstrapped for CDK, with a recent enough version. */
export const isBootstrapped: Precondition = async ({ region }) => {
  const found = await ifThere(new SSMClient({ region }).send(new GetParameterCommand({ Name: parameter })), 'ParameterNotFound')
  if (!found)
    return [refusal(`${region}: CDK is not bootstrapped in this account and region (there is no ${parameter}): run npx cdk bootstrap`)]
  const version = found.Parameter?.Value ?? ''
  if (Number(version) >= requiredVersion) return []
  return [
    refusal(`${region}: CDK's bootstrap is version ${version}, and version ${requiredVersion} is needed: run npx cdk bootstrap again`),
  ]
}
