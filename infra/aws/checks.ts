import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { Deployment } from './atrium.ts'

/** A rule of cdk-nag that we do not follow, where, and why. */
export interface Acknowledgement {
  readonly rule: string
  readonly within: keyof Deployment
  readonly reason: string
}

/** All acknowledged deviations; a test fails if one is no longer needed. */
export const acknowledgements: readonly Acknowledgement[] = [
  {
    rule: 'AwsSolutions-APIG4',
    within: 'service',
    reason:
      'Every function verifies tokens by itself, because an authorizer of the API knows no API keys and would be a second place that decides who is let in. Tests call each operation, and each bundle, without a good token.',
  },
  {
    rule: 'AwsSolutions-COG2',
    within: 'data',
    reason: 'A second factor is offered to everybody and forced on nobody: whoever is invited gets in with an address and a password.',
  },
  {
    rule: 'AwsSolutions-COG8',
    within: 'data',
    reason:
      'The Essentials plan is the cheapest that lets a trigger complete access tokens. Plus adds threat protection for each active person and month; choose it by changing featurePlan in constructs/identity.ts.',
  },
]

/**
 * Checks the templates against AWS's own advice (cdk-nag's AwsSolutions) during synthesis, in addition to CDK's validation of
 * CloudFormation. A finding that is not acknowledged above aborts the synthesis.
 */
export function check(app: App, deployment: Deployment, acknowledged = acknowledgements): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  for (const { rule, within, reason } of acknowledged) {
    const stack = deployment[within]
    Validations.of(stack).acknowledge({ id: `AwsSolutions::${rule}`, reason })
  }
}
