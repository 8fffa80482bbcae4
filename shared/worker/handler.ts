import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { tellable } from '../domain/tellable.ts'
import type { Services } from '../services.ts'
import { isQueueWorker, type QueueWorker, type Worker, type WorkerNeed } from './worker.ts'

/** What the functions of all workers have; the rest is what the worker needs, and nothing else of `Services` is there. */
type Always = 'settings' | 'clock' | 'logger' | 'metrics'

type WorkerTools = Services & { readonly remaining: () => number }

export type WorkerHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>

/** A worker as a Lambda function: behind a queue it answers which messages failed, so that only those come back. */
export function workerHandler<N extends WorkerNeed>(worker: Worker<N>, services: Pick<Services, Always | N>): WorkerHandler {
  const run = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse | undefined> => {
    const tools = { ...(services as Services), remaining: () => context.getRemainingTimeInMillis() }
    const about = { worker: worker.name, requestId: context.awsRequestId }
    if (isQueueWorker(worker)) return workOff(worker, tools, event.Records, about)
    await worker.handle(tools)
    services.logger.info('worker', about)
    return undefined
  }
  return middy<SQSEvent, SQSBatchResponse | undefined>().handler(run)
}

async function workOff(worker: QueueWorker, tools: WorkerTools, records: readonly SQSRecord[], about: object): Promise<SQSBatchResponse> {
  const outcomes = await Promise.all(records.map((record) => handleOne(worker, tools, record, about)))
  const batchItemFailures = outcomes.flatMap((failed) => failed ?? [])
  tools.logger.info('worker', { ...about, messages: records.length, failed: batchItemFailures.length })
  if (batchItemFailures.length > 0) tools.metrics.record('MessagesFailed', batchItemFailures.length, { worker: worker.name })
  return { batchItemFailures }
}

/** Handles one message. What it is about is logged where it fails: messages carry ids only, and what others wrote is cut to ids first. */
async function handleOne(
  worker: QueueWorker,
  tools: WorkerTools,
  { body, messageId }: SQSRecord,
  about: object,
): Promise<{ itemIdentifier: string } | undefined> {
  let work: Parameters<QueueWorker['handle']>[0] | undefined
  try {
    work = worker.read ? worker.read(body) : JSON.parse(body)
    if (work) await worker.handle(work, tools)
    return undefined
  } catch (error) {
    tools.logger.error('failed', { ...about, messageId, work, error: tellable(error) })
    return { itemIdentifier: messageId }
  }
}
