import type { Grant } from '#infra/aws/constructs/function.ts'
import { operationGrants, tableActionOf, workerGrants } from '#infra/aws/grants.ts'
import type { Operation } from '#shared/http/operation.ts'
import type { Worker } from '#shared/worker/worker.ts'
import type { AwsCall } from './recording.ts'

/** What a function can be granted access to, under the names by which calls are recorded. */
const resourcesFor = ({ sendsTo = [] }: { readonly sendsTo?: readonly string[] | undefined }) => ({
  table: 'table',
  queues: new Map(sendsTo.map((name) => [name, `queue/${name}`])),
  mail: ['identity', 'configuration-set'],
})

const allows = (grants: readonly Grant[], { action, resource }: AwsCall): boolean =>
  grants.some(({ actions, resources }) => actions.includes(action) && resources.includes(resource))

/** What to add to the declaration so that the role allows a call. */
function remedy({ action, resource }: AwsCall): string {
  const tableAction = tableActionOf(action, resource)
  if (tableAction) return `add '${tableAction}' to its tableActions`
  return resource.startsWith('queue/') ? `add '${resource.slice('queue/'.length)}' to its sendsTo` : 'name the service in its services'
}

const sentences = (grants: readonly Grant[], calls: readonly AwsCall[]): string[] =>
  calls
    .filter((call) => !allows(grants, call))
    .map((call) => `${call.function} may not do ${call.action} on ${call.resource}: ${remedy(call)}`)

/** One sentence per call that an operation's role does not allow: AWS would refuse it, but the tests' engine does not. */
export const refusedTo = (declared: Operation, calls: readonly AwsCall[]): string[] =>
  sentences(operationGrants(declared, resourcesFor(declared)), calls)

/** The same for a worker. */
export const refusedToWorker = (declared: Worker, calls: readonly AwsCall[]): string[] =>
  sentences(workerGrants(declared, resourcesFor(declared)), calls)
