import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { isQueueWorker, type Worker } from '#shared/worker/worker.ts'

/** A queue and where its messages go that failed too often. */
export interface WorkQueue {
  readonly queue: Queue
  readonly dead: Queue
}

/** How long a run of a worker may take. */
export const timeoutOf = ({ timeoutSeconds = 30 }: Worker): Duration => Duration.seconds(timeoutSeconds)

/** A message that failed this often is dead. */
const maxReceiveCount = 5

/**
 * The queues that workers work off, each with a dead-letter queue that keeps messages for 14 days, so that somebody can look and bring
 * them back. A message is hidden for six times as long as its worker may run, so that no batch comes back that is still worked on:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export class WorkQueues extends Construct {
  readonly byName: ReadonlyMap<string, WorkQueue>

  constructor(scope: Construct, id: string, workers: readonly Worker[]) {
    super(scope, id)
    this.byName = new Map(workers.filter(isQueueWorker).map((worker) => [worker.queue, this.#make(worker.queue, timeoutOf(worker))]))
  }

  #make(name: string, timeout: Duration): WorkQueue {
    const safe = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, retentionPeriod: Duration.days(14) }
    const dead = new Queue(this, `${capitalized(name)}Dead`, safe)
    const visibilityTimeout = Duration.seconds(6 * timeout.toSeconds())
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

/** The variable that tells a function where a queue is: `mail` → `MAIL_QUEUE_URL` */
export const queueVariable = (name: string): string => `${name.toUpperCase()}_QUEUE_URL`

/** `mail` → `Mail` */
export const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
