import { Duration } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { EventSourceMapping, RecursiveLoop } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { isQueueWorker, type QueueWorker, type ScheduledWorker, type Worker } from '#shared/worker/worker.ts'
import { workerGrants } from '../grants.ts'
import { workerClass } from '../memory.ts'
import { AtriumFunction, type Grant } from './function.ts'
import type { Making } from './operations.ts'
import { capitalized, timeoutOf, type WorkQueue, type WorkQueues } from './queues.ts'

/** A worker's maximum concurrency. It is never reserved concurrency: new accounts have too little of that to reserve any. */
const maxConcurrency = 10

/** Lambda itself receives the queue's messages, with the function's role. */
const consuming = ({ queue }: WorkQueue): Grant => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  resources: [queue.queueArn],
})

/** The functions behind queues and schedules. */
export class Workers extends Construct {
  readonly #making: Making

  constructor(
    scope: Construct,
    id: string,
    { workers, queues, making }: { workers: readonly Worker[]; queues: WorkQueues; making: Making },
  ) {
    super(scope, id)
    this.#making = making
    for (const worker of workers)
      if (isQueueWorker(worker)) this.#behind(queues.of(worker.queue), worker)
      else this.#onSchedule(worker)
  }

  #behind(work: WorkQueue, worker: QueueWorker): void {
    // This worker sends to its own queue. After 16 rounds Lambda would take that for an accidental loop and stop it.
    const goesOn = worker.services.includes('queue') && (worker.sendsTo ?? [worker.queue]).some((name) => name === worker.queue)
    const { lambda } = this.#make(worker, [consuming(work)], goesOn ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE)
    new EventSourceMapping(this, `${capitalized(worker.name)}Source`, {
      target: lambda,
      eventSourceArn: work.queue.queueArn,
      batchSize: worker.batchSize,
      maxConcurrency,
      reportBatchItemFailures: true,
    })
  }

  #onSchedule(worker: ScheduledWorker): void {
    const { lambda } = this.#make(worker, [])
    lambda.configureAsyncInvoke({ retryAttempts: 0 }) // the next scheduled run does what this one did not
    new Rule(this, `${capitalized(worker.name)}Schedule`, {
      description: worker.summary,
      schedule: Schedule.rate(Duration.minutes(worker.everyMinutes)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0 })],
    })
  }

  #make(worker: Worker, grants: readonly Grant[], recursiveLoop?: RecursiveLoop): AtriumFunction {
    const { codeOf, environmentOf, logGroup, resources } = this.#making
    return new AtriumFunction(this, capitalized(worker.name), {
      description: `${worker.name}: ${worker.summary}`,
      code: codeOf(worker.name),
      environment: environmentOf(worker.services),
      logGroup,
      grants: [...grants, ...workerGrants(worker, resources)],
      timeout: timeoutOf(worker),
      kind: workerClass(worker),
      ...(recursiveLoop && { recursiveLoop }),
    })
  }
}
