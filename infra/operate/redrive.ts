import { SQSClient } from '@aws-sdk/client-sqs'
import { command, Trouble } from './command.ts'
import { bringBack, listDeadLetters } from './dead-letters.ts'
import { dataStackOf } from './target.ts'

const help = `
npm run redrive -- --stage STAGE [QUEUE…] [--list]

Moves messages that failed five times from the dead-letter queues back to their queues: of all queues of a deployed stage, or of those
that you name (mail, deletion, mailEvents). Repair the cause first: messages that fail again return to the dead-letter queue.

  --list  only print how many messages wait in each

Needs sqs:ListQueues; on the dead-letter queues sqs:GetQueueAttributes, sqs:ReceiveMessage and sqs:DeleteMessage; on the queues
sqs:SendMessage; with your own AWS credentials and region (AWS_PROFILE, AWS_REGION).

Locally there is nothing to move back: the queues live in the process of the local service, and the scheduled sweep finds the lost work
again from the table. A deployed stage does the same for e-mails and deletions.
`

await command(help, { stage: { type: 'string' }, list: { type: 'boolean' } }, async ({ options: { stage, list }, words }) => {
  if (stage === undefined) throw new Trouble('Give --stage: there are no dead letters to move back locally (see --help)')
  const stack = dataStackOf(stage)
  // Queries go to SQS's own endpoint, from which AWS_ENDPOINT_URL_SQS may differ.
  const client = new SQSClient({ useQueueUrlAsEndpoint: false })
  const all = await listDeadLetters(client, stack)
  const known = all.map(({ queue }) => queue)
  if (known.length === 0) throw new Trouble(`The stack ${stack} has no queues in this account and region`)
  const unknown = words.filter((word) => !known.includes(word))
  if (unknown.length > 0) throw new Trouble(`There is no queue ${unknown.join(', ')}: name one of ${known.sort().join(', ')}`)

  const wanted = all.filter(({ queue }) => words.length === 0 || words.includes(queue))
  for (const letters of wanted)
    if (list) console.log(`${letters.queue}: ${letters.waiting} waiting`)
    else console.log(`${letters.queue}: ${await bringBack(client, letters, { startedAt: new Date() })} moved back`)
})
