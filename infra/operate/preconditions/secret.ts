import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ifThere, type Precondition, refusal } from './finding.ts'

/**
 * Whether Stripe's key is where CloudFormation reads it during deployment. The key itself is not read here.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
 */
export const secretIsThere: Precondition = async ({ stage: { name, stripeSecretName: secret }, region }) => {
  if (secret === undefined) return []
  const asked = new SecretsManagerClient({ region }).send(new DescribeSecretCommand({ SecretId: secret }))
  const found = await ifThere(asked, 'ResourceNotFoundException')
  const is = `${region}: stripeSecretName of stage ${name} is "${secret}",`
  if (!found)
    return [
      refusal(
        `${is} but Secrets Manager has no secret of that name: run aws secretsmanager create-secret --name ${secret} --secret-string sk_live_…, or take stripeSecretName out of the stage (invoices then stay open)`,
      ),
    ]
  if (found.DeletedDate) return [refusal(`${is} which is about to be deleted: run aws secretsmanager restore-secret --secret-id ${secret}`)]
  const isFilled = Object.values(found.VersionIdsToStages ?? {}).some((labels) => labels.includes('AWSCURRENT'))
  if (isFilled) return []
  return [refusal(`${is} which is empty: run aws secretsmanager put-secret-value --secret-id ${secret} --secret-string sk_live_…`)]
}
