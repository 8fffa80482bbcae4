import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { tellable } from '../domain/tellable.ts'
import type { Services } from '../services.ts'
import { isQueueWorker, type QueueWorker, type Worker } from './worker.ts'

type WorkerTools = Services & { readonly remaining: () => number }

export type WorkerHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>

/** A worker as a Lambda function: behind a queue it answers which messages failed, so that only those come back. */
export function workerHandler(worker: Worker, services: Services): WorkerHandler {
  const run = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse | undefined> => {
    const tools = { ...services, remaining: () => context.getRemainingTimeInMillis() }
    if (isQueueWorker(worker)) return workOff(worker, tools, event.Records)
    await worker.handle(tools)
    services.logger.info('worker', { worker: worker.name })
    return undefined
  }
  return middy<SQSEvent, SQSBatchResponse | undefined>().handler(run)
}

async function workOff(worker: QueueWorker, tools: WorkerTools, records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
  const outcomes = await Promise.all(records.map((record) => handleOne(worker, tools, record)))
  const batchItemFailures = outcomes.flatMap((failed) => failed ?? [])
  tools.logger.info('worker', { worker: worker.name, messages: records.length, failed: batchItemFailures.length })
  return { batchItemFailures }
}

async function handleOne(worker: QueueWorker, tools: WorkerTools, record: SQSRecord): Promise<{ itemIdentifier: string } | undefined> {
  try {
    await worker.handle(JSON.parse(record.body), tools)
    return undefined
  } catch (error) {
    tools.logger.error('failed', { worker: worker.name, messageId: record.messageId, error: tellable(error) })
    return { itemIdentifier: record.messageId }
  }
}
