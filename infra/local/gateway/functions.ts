import { operations } from '#functions/operations.ts'
import { workers } from '#functions/workers.ts'
import { httpHandler, notFoundHandler } from '#shared/http/handler.ts'
import { routesOf, secondsFor } from '#shared/http/operation.ts'
import type { Services } from '#shared/services.ts'
import { workerHandler } from '#shared/worker/handler.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import type { Faults } from '../faults.ts'
import { faultyQueue } from '../queue/faulty-queue.ts'
import { startPoller } from '../queue/poller.ts'
import type { LocalQueues } from '../queue/queues.ts'
import { startSchedule } from '../schedule.ts'
import type { FunctionRoute, GatewayOptions } from './gateway.ts'
import { lambdaContext } from './lambda-context.ts'

/** Every operation behind its route, from the one list that the deployed functions come from too. What they send meets the faults. */
export function operationFunctions(services: Services, faults: Faults): Pick<GatewayOptions, 'routes' | 'fallback'> {
  const exposed = { ...services, queue: faultyQueue(services.queue, faults) }
  const routes = operations.flatMap((operation): FunctionRoute[] => {
    const handler = httpHandler(operation, exposed)
    return routesOf(operation).map((route) => ({ ...route, name: operation.name, seconds: secondsFor(operation), handler }))
  })
  return { routes, fallback: notFoundHandler(services) }
}

/** A scheduled worker's time in milliseconds, as Lambda's longest. */
const scheduledTimeoutMs = 900_000

/** Starts every worker: those of a queue as its messages come, those of a schedule every `seconds`, the first time at once. */
export function startWorkers(services: Services, queues: LocalQueues, seconds: number): { stop(): Promise<void> } {
  const running = workers.map((worker) => {
    const { name } = worker
    const handler = workerHandler(worker, services)
    if (!isQueueWorker(worker)) return startSchedule(name, seconds, () => handler({ Records: [] }, lambdaContext(name, scheduledTimeoutMs)))
    return startPoller({ client: queues.client, queueUrl: queues.urlOf(worker.queue), name, handler, batchSize: worker.batchSize })
  })
  return {
    stop: async () => {
      await Promise.all(running.map((worker) => worker.stop()))
    },
  }
}
