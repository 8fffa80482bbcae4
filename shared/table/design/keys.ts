/**
 * Every kind of item of the table. Import it as a namespace: `keys.member({ workspaceId, accountId })` is the key of a member's row,
 * `keys.member` its declaration. `docs/table.md` is printed from it (npm run docs).
 */
export * from './entities/accounts.ts'
export * from './entities/invoices.ts'
export * from './entities/mailboxes.ts'
export * from './entities/usage.ts'
export * from './entities/workspaces.ts'
