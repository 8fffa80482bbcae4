import { workers } from '#functions/workers.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import type { ServiceDatabase } from './dynamodb/database.ts'
import { type Faults, noFaults } from './faults.ts'
import { type Issuer, startIssuer } from './issuer/issuer.ts'
import { type LocalMail, startMail } from './mail/mail.ts'
import { type LocalQueues, startQueues } from './queue/queues.ts'
import { type LocalPayments, startPayments } from './stripe/payments.ts'
import { all, type Teardown } from './teardown.ts'

/** What the functions depend on locally. */
export interface Parts {
  readonly faults: Faults
  readonly database: ServiceDatabase
  readonly issuer: Issuer
  readonly mail: LocalMail
  readonly queues: LocalQueues
  readonly payments: LocalPayments
}

/** Starts all parts except the database, which takes longest and is already starting. */
export async function startParts(dataDir: string, opening: Promise<ServiceDatabase>, started: Teardown): Promise<Parts> {
  const faults = noFaults()
  const [database, issuer, mail, queues, payments] = await all([
    opening,
    startIssuer(dataDir).then(started.add),
    startMail({ dataDir, faults }).then(started.add),
    startQueues(workers.filter(isQueueWorker).map(({ queue }) => queue)).then(started.add),
    startPayments({ dataDir, faults }).then(started.add),
  ])
  return { faults, database, issuer, mail, queues, payments }
}
