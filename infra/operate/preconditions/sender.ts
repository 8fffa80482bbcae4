import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import type { Stage } from '../../aws/stages.ts'
import { type Finding, ifThere, note, type Precondition, refusal } from './finding.ts'
import { madeSender } from './stacks.ts'

/**
 * What SES says about the sender and the account in a region: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
 */
interface Sender {
  /** SES knows the domain, but this stage's stack did not create it. */
  readonly isForeign: boolean
  readonly isVerified: boolean
  readonly isInSandbox: boolean
  readonly isPaused: boolean
}

/** Whether SES can create and use the sender's domain, and to whom it may send. */
export const senderIsUsable: Precondition = async ({ stage, region }) => {
  const client = new SESv2Client({ region })
  const [identity, account] = await Promise.all([
    ifThere(client.send(new GetEmailIdentityCommand({ EmailIdentity: stage.mail.domain })), 'NotFoundException'),
    client.send(new GetAccountCommand({})),
  ])
  const sender: Sender = {
    isForeign: identity !== undefined && !(await madeSender(stage, region)),
    isVerified: identity?.VerifiedForSendingStatus === true,
    isInSandbox: account.ProductionAccessEnabled !== true,
    isPaused: account.SendingEnabled === false,
  }
  return [...(sender.isForeign ? [foreign(stage, region)] : []), ...ofSending(sender, region), ...ofSignIn(sender, stage, region)]
}

const foreign = ({ mail: { domain } }: Stage, region: string): Finding =>
  refusal(
    `${region}: SES knows the sender ${domain} already, but not from this stage's stack, and CloudFormation would refuse to create it. Choose another mail.domain (such as mail.${domain}) in infra/aws/stages.ts or, if nothing else sends from it, run aws sesv2 delete-email-identity --email-identity ${domain}`,
  )

const ofSending = ({ isInSandbox, isPaused }: Sender, region: string): Finding[] => [
  ...(isPaused
    ? [note(`${region}: SES has paused sending for this account: no e-mail goes out until you resolve that in the SES account dashboard`)]
    : []),
  ...(isInSandbox
    ? [
        note(
          `${region}: this account is in the SES sandbox, so invitations reach only the mailbox simulator and addresses at the sender's own domain: request production access (SES console, Account dashboard)`,
        ),
      ]
    : []),
]

/** What happens to Cognito's own e-mails, which carry the codes that verify an address. */
function ofSignIn({ isForeign, isVerified, isInSandbox }: Sender, { name, mail, identity }: Stage, region: string): Finding[] {
  if (identity.kind !== 'cognito') return []
  const isReady = isVerified && !isInSandbox
  if (identity.mailThroughSes && !isReady) {
    const why = isVerified
      ? 'this account is in the SES sandbox, and nobody new would get a code'
      : `SES has not verified ${mail.domain}, and Cognito would refuse it`
    const then = 'turn it on once the records of the output MailDnsRecords are in the DNS and production access is granted'
    const what = `set it to false in infra/aws/stages.ts and deploy; ${then}`
    return [refusal(`stage ${name}: identity.mailThroughSes is true, but in ${region} ${why}: ${what}`)]
  }
  if (identity.mailThroughSes || !isReady || isForeign) return []
  const turnOn = 'set identity.mailThroughSes to true; until then Cognito sends 50 e-mails a day'
  return [note(`stage ${name}: SES has verified ${mail.domain}, and this account is out of the sandbox: ${turnOn}`)]
}
