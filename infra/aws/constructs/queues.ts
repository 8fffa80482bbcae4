import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { isQueueWorker, type Worker, type WorkQueueName } from '#shared/worker/worker.ts'

/** A queue and its dead-letter queue. */
export interface WorkQueue {
  readonly queue: Queue
  readonly dead: Queue
}

/** How long a run of a worker may take. */
export const timeoutOf = ({ timeoutSeconds = 30 }: Worker): Duration => Duration.seconds(timeoutSeconds)

/** After this many failed attempts a message goes to the dead-letter queue. */
const maxReceiveCount = 5

/**
 * The queues that workers consume. Each has a dead-letter queue that keeps messages for 14 days, so that an operator can inspect them and
 * move them back. A received message stays hidden for six times its worker's timeout, so that no batch reappears while it is being worked
 * on: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export class WorkQueues extends Construct {
  readonly byName: ReadonlyMap<WorkQueueName, WorkQueue>

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

  /** Returns the queue with a name; throws if no worker consumes it. */
  of(name: string): WorkQueue {
    const found = [...this.byName].find(([each]) => each === name)?.[1]
    if (!found) throw new Error(`No worker works off the queue ${name}: give it one in functions/workers.ts`)
    return found
  }
}

/** `mail` → `Mail` */
export const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
