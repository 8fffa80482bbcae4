import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { Deadline } from '../deadline.ts'
import { safeForLog } from '../domain/safe-for-log.ts'
import { type Services, withinTime } from '../services.ts'
import { isQueueWorker, type QueueWorker, type Worker, type WorkerServiceName } from './worker.ts'

/** What every worker's function has. Of the other `Services` it has only those that the worker needs. */
type Always = 'settings' | 'clock' | 'logger' | 'metrics'

type WorkerTools = Services & { readonly remaining: () => number }

export type WorkerHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>

/** A worker as a Lambda function: behind a queue it answers which messages failed, so that only those come back. */
export function workerHandler<N extends WorkerServiceName>(worker: Worker<N>, services: Pick<Services, Always | N>): WorkerHandler {
  const run = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse | undefined> => {
    const deadline = Deadline.of(context)
    const tools = withinTime(services as Services, deadline)
    const logContext = { worker: worker.name, requestId: context.awsRequestId }
    if (isQueueWorker(worker)) return workOff(worker, { tools, deadline, logContext }, event.Records)
    await deadline.wait(() => worker.handle(tools))
    services.logger.info('worker', logContext)
    return undefined
  }
  return middy<SQSEvent, SQSBatchResponse | undefined>().handler(run)
}

/** One run of a worker: what it works with, by when it ends, and what the log says of it. */
interface Run {
  readonly tools: WorkerTools
  readonly deadline: Deadline
  readonly logContext: object
}

async function workOff(worker: QueueWorker, run: Run, records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
  const { tools, logContext } = run
  const outcomes = await Promise.all(records.map((record) => handleOne(worker, run, record)))
  const batchItemFailures = outcomes.flatMap((failed) => failed ?? [])
  tools.logger.info('worker', { ...logContext, messages: records.length, failed: batchItemFailures.length })
  if (batchItemFailures.length > 0) tools.metrics.record('MessagesFailed', batchItemFailures.length, { worker: worker.name })
  return { batchItemFailures }
}

/** Handles one message. What it is about is logged where it fails: messages carry ids only, and what others wrote is cut to ids first. */
async function handleOne(
  worker: QueueWorker,
  { tools, deadline, logContext }: Run,
  { body, messageId }: SQSRecord,
): Promise<{ itemIdentifier: string } | undefined> {
  let work: Parameters<QueueWorker['handle']>[0] | undefined
  try {
    work = worker.read ? worker.read(body) : JSON.parse(body)
    const message = work
    if (message) await deadline.wait(() => worker.handle(message, tools))
    return undefined
  } catch (error) {
    tools.logger.error('failed', { ...logContext, messageId, work, error: safeForLog(error) })
    return { itemIdentifier: messageId }
  }
}
