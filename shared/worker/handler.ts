import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { tellable } from '../domain/tellable.ts'
import type { Services } from '../services.ts'
import { isQueueWorker, type QueueWorker, type Worker } from './worker.ts'

export type WorkerHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>

/** A worker as a Lambda function: behind a queue it answers which messages failed, so that only those come back. */
export function workerHandler(worker: Worker, services: Services): WorkerHandler {
  const run = async (event: SQSEvent): Promise<SQSBatchResponse | undefined> => {
    if (isQueueWorker(worker)) return workOff(worker, services, event.Records)
    await worker.handle(services)
    services.logger.info('worker', { worker: worker.name })
    return undefined
  }
  return middy<SQSEvent, SQSBatchResponse | undefined>().handler(run)
}

async function workOff(worker: QueueWorker, services: Services, records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
  const outcomes = await Promise.all(records.map((record) => handleOne(worker, services, record)))
  const batchItemFailures = outcomes.flatMap((failed) => failed ?? [])
  services.logger.info('worker', { worker: worker.name, messages: records.length, failed: batchItemFailures.length })
  return { batchItemFailures }
}

async function handleOne(worker: QueueWorker, services: Services, record: SQSRecord): Promise<{ itemIdentifier: string } | undefined> {
  try {
    await worker.handle(JSON.parse(record.body), services)
    return undefined
  } catch (error) {
    services.logger.error('failed', { worker: worker.name, messageId: record.messageId, error: tellable(error) })
    return { itemIdentifier: record.messageId }
  }
}
