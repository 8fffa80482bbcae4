export interface IdempotencyRecord {
  /** The request, as a hash. */
  readonly fingerprint: string
  /** The first answer's body, without secrets and addresses; of createWorkspace only the workspace id is kept. */
  readonly body?: string
  readonly workspaceId?: string
  readonly expiresAt: string
}
