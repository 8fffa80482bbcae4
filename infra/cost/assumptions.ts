import costs from '../../docs/costs.json' with { type: 'json' }
import { memoryMb } from '../aws/memory.ts'

/** A case of docs/costs.json. */
export type Case = keyof typeof costs

/** What could not be measured without an AWS account: replace these with what CloudWatch shows for your own deployment. */
export const model = {
  /** An operation's memory in GB; workers and operations that call the payment provider have less. */
  memoryGb: memoryMb.operation / 1_024,
  /** Milliseconds of a function that makes no calls: parsing, checking the token, validating. */
  ownMilliseconds: 3,
  /** Milliseconds of a round to DynamoDB, a transaction included. */
  roundMilliseconds: 8,
  /** Milliseconds that a case waits for anything but the table. */
  otherMilliseconds: {
    setPaymentMethod: 900,
    payInvoice: 1_500,
    'sendMail of one invitation': 80,
    'runDeletion of a workspace that used a meter': 2_000,
  } as Readonly<Partial<Record<Case, number>>>,
  /** The share of calls that start a new environment, and how long that takes. */
  coldShare: 0.01,
  coldMilliseconds: 400,
  /** Bytes that a call writes to the functions' log and to the API's access log. */
  logBytes: 450 + 350,
  /** Bytes of an answer's headers. */
  headerBytes: 700,
  /** SQS requests per message: send, receive, delete. */
  requestsPerMessage: 3,
} as const

/** What one workspace does in an average month. */
export const workspaceMonth = {
  calls: {
    getMe: 60,
    listWorkspaces: 60,
    getWorkspace: 200,
    listMembers: 60,
    listProjects: 120,
    getProject: 200,
    createProject: 2,
    updateProject: 5,
    'createInvitations of one': 0.5,
    'sendMail of one invitation': 0.5,
    lookUpInvitation: 0.5,
    'acceptInvitation without an account': 0.4,
    createAccount: 0.2,
    reportUsage: 100,
    getUsage: 10,
    previewInvoice: 4,
    deleteWorkspace: 0.02,
    'runDeletion of a workspace that used a meter': 0.02,
  } as Readonly<Partial<Record<Case, number>>>,
  /** People who sign in at least once. */
  activeUsers: 2,
  /** Items other than usage events, and the size of one in bytes (including DynamoDB's overhead of 100). */
  items: 60,
  itemBytes: 600,
  /** Usage events, which are kept for 90 days: 100 per report. */
  eventsKept: 30_000,
  eventBytes: 260,
} as const

/** What a deployment costs before anybody uses it. */
export const deploymentMonth = {
  /** Every minute. */
  sweeps: 43_200,
  /** Lambda polls each of four queues continuously: five polls at once, 20 seconds each. */
  emptyReceives: 4 * 5 * 3 * 43_200,
  /** The metrics that Atrium reports itself (shared/metrics.ts); AWS's own are free. */
  metrics: 5,
  alarms: 14,
  secrets: 1,
} as const

/** The numbers of workspaces for which bills are printed. */
export const sizes = [1_000, 100_000, 10_000_000] as const
