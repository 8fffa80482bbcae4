import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  AccountRecovery,
  FeaturePlan,
  LambdaVersion,
  ManagedLoginVersion,
  Mfa,
  UserPool,
  type UserPoolDomain,
  UserPoolEmail,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { TriggerEvents } from '#shared/worker/trigger.ts'
import type { Stage } from '../stages.ts'

/**
 * Cognito's operation for each trigger of the list. V2 is the first version that can change access tokens; it requires the Essentials plan.
 */
const operations: Readonly<Record<keyof TriggerEvents, readonly [UserPoolOperation, LambdaVersion]>> = {
  preTokenGeneration: [UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, LambdaVersion.V2_0],
}

/** The user pool with its sign-in pages: people sign up with an e-mail address that they verify, and may add a second factor. */
export class Identity extends Construct {
  readonly pool: UserPool
  readonly domain: UserPoolDomain

  constructor(scope: Construct, id: string, { name, keepsData, mail, identity }: Stage) {
    super(scope, id)
    const throughSes = identity.kind === 'cognito' && identity.mailThroughSes
    this.pool = new UserPool(this, 'Pool', {
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true }, fullname: { required: false, mutable: true } },
      passwordPolicy: {
        minLength: 12,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      ...(throughSes && {
        email: UserPoolEmail.withSES({ fromEmail: addressIn(mail.from), sesRegion: Aws.REGION, sesVerifiedDomain: mail.domain }),
      }),
      deletionProtection: keepsData,
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    this.domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `atrium-${name}-${Aws.ACCOUNT_ID}` }, // unique in the region, because the account id is
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    })
  }

  /** Makes the pool call a function, which delays whoever signs in. */
  call(on: keyof TriggerEvents, target: IFunction): void {
    this.pool.addTrigger(operations[on][0], target, operations[on][1])
  }
}

/** `Atrium <no-reply@example.com>` → `no-reply@example.com` */
const addressIn = (sender: string): string => /<([^>]+)>/.exec(sender)?.[1] ?? sender
