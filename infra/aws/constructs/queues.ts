import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

/** A queue and where its messages go that failed too often. */
export interface WorkQueue {
  readonly queue: Queue
  readonly dead: Queue
}

/** How long a worker may run, and how long its messages are hidden meanwhile: six times as long, as Lambda asks for. */
export const workerTimeout = Duration.seconds(60)
const visibilityTimeout = Duration.seconds(360)

/** A message that failed this often is dead. */
const maxReceiveCount = 5

/** A queue for each name, with a dead-letter queue that keeps messages for 14 days, so that somebody can look and bring them back. */
export class WorkQueues extends Construct {
  readonly byName: ReadonlyMap<string, WorkQueue>

  constructor(scope: Construct, id: string, names: readonly string[]) {
    super(scope, id)
    this.byName = new Map(names.map((name) => [name, this.#make(name)]))
  }

  #make(name: string): WorkQueue {
    const safe = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true }
    const dead = new Queue(this, `${capitalized(name)}Dead`, { ...safe, retentionPeriod: Duration.days(14) })
    const queue = new Queue(this, capitalized(name), { ...safe, visibilityTimeout, deadLetterQueue: { queue: dead, maxReceiveCount } })
    return { queue, dead }
  }

  /** The queue of a name; throws where no worker works it off. */
  of(name: string): WorkQueue {
    const found = this.byName.get(name)
    if (!found) throw new Error(`No worker works off the queue ${name}`)
    return found
  }
}

/** `mail` → `Mail` */
export const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
