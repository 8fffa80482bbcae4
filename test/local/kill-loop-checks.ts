import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { documentClient } from '#shared/table/engine.ts'
import { mayStay } from '#test/support/departure.ts'
import { kindOf, type Row } from '#test/support/invariants.ts'
import type { Caller, ServicesView } from './caller.ts'

/** What was asked for a workspace and what was acknowledged before the service was killed. */
export interface Fate {
  readonly invitee: string
  /** It is not deleted. */
  readonly stays: boolean
  workspaceId?: string
  isInvited?: boolean
  sent: number
  counted: number
  asked?: boolean
  deletionId?: string
}

/** Cents that one event of the loop costs: 100 storage. */
const eventPrice = 700

async function eventually<T>(look: () => Promise<T | undefined>, seconds = 60): Promise<T | undefined> {
  for (let i = 0; i < seconds * 5; i++) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return undefined
}

type Invoice = { readonly total: number; readonly status: string; readonly number: string }
type Charge = { readonly amount: number; readonly status: string }

/** What did not come out as it should for a workspace, after the service was started again; undefined where all is well. */
export async function whatIsWrong(
  services: ServicesView,
  ann: Caller,
  { workspaceId, deletionId, ...fate }: Fate,
  mailsTo: (address: string) => Promise<string[]>,
): Promise<string | undefined> {
  if (!workspaceId) return undefined
  const found = await ann.request('GET', `/workspaces/${workspaceId}`)
  if (!deletionId && found.status === 200) {
    const isMailed = fate.isInvited && (await eventually(async () => (await mailsTo(fate.invitee)).length > 0))
    return fate.isInvited && !isMailed ? 'the invitation was not mailed' : undefined
  }
  if (deletionId && found.status !== 404) return `a deleted workspace answers ${found.status}`
  if (!deletionId && !fate.asked) return `a workspace that was acknowledged answers ${found.status}`
  const id = deletionId ?? `del_${workspaceId.slice(3)}`
  const deletion = await eventually(async () => {
    const { body } = await ann.request<{ status: string; invoiceId: string }>('GET', `/deletions/${id}`)
    return body.status === 'completed' ? body : undefined
  })
  if (!deletion) return 'the deletion does not end'
  const { body: invoice } = await ann.request<Invoice>('GET', `/invoices/${deletion.invoiceId}`)
  const most = fate.sent * eventPrice
  const least = fate.counted * eventPrice
  if (invoice.total < least || invoice.total > most || invoice.total % eventPrice) return `the invoice is over ${invoice.total}`
  const charges = (await (await fetch(`${services.charges}?workspaceId=${workspaceId}`)).json()) as Charge[]
  const isCharged = invoice.total === 0 ? charges.length === 0 : charges.length === 1 && charges[0]?.amount === invoice.total
  if (invoice.status === 'paid' ? !isCharged : charges.length > 0) return `the charges are ${JSON.stringify(charges)}`
  const left = await leftovers(services, workspaceId)
  return left.length > 0 ? `left: ${left.join(', ')}` : undefined
}

async function leftovers({ dynamodb }: ServicesView, workspaceId: string): Promise<string[]> {
  const { endpoint, region, accessKeyId, tableName } = dynamodb
  const client = documentClient(new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'any' } }))
  const rows: Row[] = []
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey }))
    rows.push(...((page.Items ?? []) as Row[]))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey)
  client.destroy()
  const its = rows.filter((row) =>
    JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)).includes(workspaceId.slice(3)),
  )
  return its
    .filter((row) => !mayStay.includes(kindOf(row) ?? '') && !(kindOf(row) === 'Workspace' && row.status === 'deleted'))
    .map(({ pk, sk }) => `${pk} ${sk}`)
}
