import costs from '../../docs/costs.json' with { type: 'json' }
import { memoryMb } from '../aws/memory.ts'

/** A case of docs/costs.json. */
export type Case = keyof typeof costs

/** What nobody could measure here, for want of an AWS account: put in what CloudWatch shows of your own deployment. */
export const model = {
  /** GB of memory of an operation; what asks the payment provider, and workers, have less. */
  memoryGb: memoryMb.operation / 1_024,
  /** Milliseconds of a function that calls nobody: parsing, checking the token, validating. */
  ownMilliseconds: 3,
  /** Milliseconds of a round to DynamoDB, a transaction included. */
  roundMilliseconds: 8,
  /** Milliseconds of what a case waits for beside the table. */
  otherMilliseconds: {
    setPaymentMethod: 900,
    payInvoice: 1_500,
    'sendMail of one invitation': 80,
    'runDeletion of a workspace that used a meter': 2_000,
  } as Readonly<Partial<Record<Case, number>>>,
  /** Which part of the calls starts a new environment, and how long that takes. */
  coldShare: 0.01,
  coldMilliseconds: 400,
  /** Bytes of a call's line in the functions' log and of its line in the API's. */
  logBytes: 450 + 350,
  /** Bytes of an answer's headers. */
  headerBytes: 700,
  /** SQS requests that a message takes: sent, received, deleted. */
  requestsPerMessage: 3,
} as const

/** What one workspace does in a month, on the average. */
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
  /** Items apart from usage events, and what one takes, in bytes (100 of them DynamoDB's own). */
  items: 60,
  itemBytes: 600,
  /** Usage events, which stay for 90 days: 100 a report. */
  eventsKept: 30_000,
  eventBytes: 260,
} as const

/** What a deployment costs before anybody uses it. */
export const deploymentMonth = {
  /** Every minute. */
  sweeps: 43_200,
  /** Lambda asks each of four queues without a pause: five at once, 20 seconds each. */
  emptyReceives: 4 * 5 * 3 * 43_200,
  /** Those that Atrium reports itself (shared/metrics.ts); AWS's own are free. */
  metrics: 5,
  alarms: 14,
  secrets: 1,
} as const

/** Workspaces of the bills that are printed. */
export const sizes = [1_000, 100_000, 10_000_000] as const
