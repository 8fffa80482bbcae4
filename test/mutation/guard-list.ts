/** A guard taken out by hand: a text that stands once in a file, what takes its place, and the test file that goes red then. */
export interface Guard {
  readonly is: string
  readonly file: string
  readonly text: string
  readonly becomes: string
  readonly caughtBy: string
}

type Mutant = readonly [is: string, text: string, becomes: string, caughtBy: string]

const inFile = (file: string, ...mutants: readonly Mutant[]): Guard[] =>
  mutants.map(([is, text, becomes, caughtBy]) => ({ is, file, text, becomes, caughtBy: `test/${caughtBy}.test.ts` }))

/** What DynamoDB decides, and what is asked of the payment provider: Stryker cannot run this, because every test of it takes a table. */
export const guards: readonly Guard[] = [
  ...inFile(
    'shared/table/usage.ts',
    ['a counter is opened once', "{ status: 'open' }, absent('pk'), ", "{ status: 'open' }, undefined, ", 'functions/usage'],
    ['a sealed counter takes nothing', "all(is('status', 'open'), leaves(part - worth))", 'leaves(part - worth)', 'functions/usage'],
    ['a full counter takes nothing', "all(is('status', 'open'), leaves(part - worth))", "is('status', 'open')", 'functions/usage-limit'],
    [
      'a full counter is no sealed one',
      "found.status === 'open' ? usageLimitReached() : workspaceGone()",
      'workspaceGone()',
      'functions/usage-limit',
    ],
    ['what alone passes the limit is refused', "room < 0n ? atMost('worth', room) : ", '', 'functions/usage-limit'],
    [
      'a counter of before counts as empty',
      "any(absent('worth'), atMost('worth', room))",
      "atMost('worth', room)",
      'functions/usage-limit',
    ],
    [
      'an event counts once',
      "put(key, item, any(absent('pk'), atMost('expiresAt', now.toISOString())), ",
      'put(key, item, undefined, ',
      'functions/usage',
    ],
    [
      'an event id is forgotten after 90 days',
      "any(absent('pk'), atMost('expiresAt', now.toISOString()))",
      "absent('pk')",
      'functions/usage',
    ],
    ['an unclear shard is an error', 'if (unclear) throw unclear', '', 'table/usage'],
    ['what was counted in part is not refused', 'throw counted > 0 ? sealedMeanwhile() : gone', 'throw gone', 'functions/usage'],
    ['no counter is opened in a workspace that is being deleted', 'stillActive(workspaceId, workspaceGone),\n', '', 'functions/usage'],
    ['sealing closes the counters', "{ set: { status: 'sealed' } }", "{ set: { status: 'open' } }", 'functions/usage'],
  ),
  ...inFile(
    'shared/table/workspaces.ts',
    [
      'a payment method is kept only in an active workspace',
      'rule ? all(active, rule) : active',
      'rule ?? active',
      'billing/payment-method.unit',
    ],
    [
      'an address that is another member’s stays theirs',
      "any(absent('pk'), is('accountId', member.accountId))",
      'undefined',
      'functions/who-is-who',
    ],
    [
      'nothing changes a workspace that is being deleted',
      "const active = is('status', 'active')",
      "const active = is('id', id)",
      'deletion/deletion',
    ],
    [
      'nothing is written into a workspace that is being deleted',
      "check(keys.workspace(workspaceId), is('status', 'active'), otherwise)",
      "check(keys.workspace(workspaceId), is('id', workspaceId), otherwise)",
      'functions/late-writes',
    ],
  ),
  ...inFile(
    'shared/table/members.ts',
    [
      'who is removed leaves no mark of their address',
      "all(is('role', member.role), sameAddress(member))",
      "is('role', member.role)",
      'functions/who-is-who',
    ],
    ['the last admin cannot be demoted', "admins < 0 ? above('adminCount', 1) : undefined", 'undefined', 'functions/members'],
    [
      'one admin remains',
      "is('adminCount', 1) : above('adminCount', 1)",
      "is('adminCount', 1) : above('adminCount', 0)",
      'functions/races',
    ],
    ['a role changes from what was read', "is('role', member.role), changed)", "exists('pk'), changed)", 'functions/late-writes'],
    [
      'a write takes the role still',
      "check(keys.member({ workspaceId, accountId }), all(exists('pk'), allowed)",
      "check(keys.member({ workspaceId, accountId }), exists('pk')",
      'functions/late-writes',
    ],
  ),
  ...inFile(
    'shared/table/api-keys.ts',
    ['a workspace has 100 keys', "{ rule: below('apiKeyCount', maximumApiKeys), broken: tooMany }", '{}', 'functions/api-keys'],
    ['a key is revoked once', "apiKeyId }), exists('pk'), apiKeyNotFound)", 'apiKeyId }))', 'functions/api-keys'],
    ['a rotation follows the one before', "former.length > 0 ? is('hash', seen.hash) : exists('pk')", "exists('pk')", 'functions/api-keys'],
  ),
  ...inFile(
    'shared/table/idempotency-records.ts',
    ['a request has one effect', "any(absent('pk'), atMost('expiresAt', now.toISOString()))", 'undefined', 'functions/races'],
    [
      'an answer is remembered for a day',
      'record && record.expiresAt > now.toISOString() ? record : undefined',
      'record',
      'http/pipeline-idempotency',
    ],
  ),
  ...inFile(
    'shared/table/quotas.ts',
    ['an account invites 500 addresses a day', "atMost('count', perDay - added)", "atMost('count', perDay)", 'invitations/inviting'],
    [
      'a mailbox gets 5 invitations a day',
      "any(absent('count'), below('count', perDay))",
      "any(absent('count'), atMost('count', perDay))",
      'invitations/inviting',
    ],
  ),
  ...inFile(
    'shared/table/invitations.ts',
    [
      'a mailbox that bounced is written to again in time',
      "any(absent('pk'), atMost('until', now.toISOString()))",
      "absent('pk')",
      'billing/send-invoice.unit',
    ],
    ['an id of before meets no later invitation', 'found?.id === id ? found : undefined', 'found', 'invitations/ids'],
    [
      'a mailer sends the send that is owed',
      "thisSend(invitation), exists('outbox'), unclaimed(now)",
      "exists('outbox'), unclaimed(now)",
      'invitations/mailing',
    ],
    [
      'nobody joins by an invitation whose sender is dismissed meanwhile',
      "all(below('memberCount', maximumMembers), stillVouchedFor(invitation))",
      "below('memberCount', maximumMembers)",
      'invitations/dismissal',
    ],
    [
      'what is sent is sent after every dismissal',
      'rule: all(noneDismissedSince(workspace), ...limits)',
      "rule: all(is('status', 'active'), ...limits)",
      'invitations/dismissal',
    ],
  ),
  ...inFile(
    'shared/table/collecting.ts',
    ['a dismissal that is renewed is not forgotten', '{ rule: asNoted, broken: changed }', '{}', 'invitations/dismissal'],
    ['a dead invitation stays stored', 'hasExpired(row, now) ? forgotten(row) : buried(row)', 'forgotten(row)', 'invitations/dismissal'],
  ),
  ...inFile('shared/table/claims.ts', [
    'one mailer sends an e-mail',
    "atMost('claimedUntil', now.toISOString())",
    "atMost('claimedUntil', '9')",
    'invitations/mailing',
  ]),
  ...inFile(
    'shared/table/invoices.ts',
    [
      'a method takes the place of the one that was read',
      "seen ? is('paymentMethodId', seen.paymentMethodId) : absent('pk')",
      "seen ? exists('pk') : absent('pk')",
      'billing/payment-method.unit',
    ],
    [
      'invoice numbers follow one another',
      "number === 1 ? absent('pk') : is('last', number - 1), changed",
      'undefined',
      'deletion/deletion',
    ],
    ['an invoice is mailed once', "all(exists('pk'), absent('mailed'))", "exists('pk')", 'billing/invoices'],
  ),
  ...inFile(
    'shared/table/charging.ts',
    [
      'a customer is noted by the first',
      "all(unchanged(invoice), same('customerId', invoice.customerId))",
      'unchanged(invoice)',
      'billing/charge.unit',
    ],
    [
      'an intent that was stored meanwhile is not replaced',
      "all(unsettled, same('intentId', intentId), same('intentFailures', intentFailures))",
      "all(unsettled, same('intentFailures', intentFailures))",
      'billing/charge.unit',
    ],
    [
      'a round ends once',
      "all(unsettled, same('intentId', intentId), same('intentFailures', intentFailures))",
      "all(unsettled, same('intentId', intentId))",
      'table/charging',
    ],
    ['a worker ends its own attempt', "is('workerUntil', workerUntil)", "exists('pk')", 'table/charging'],
    [
      'what is detached while an attempt is unclear stays due',
      "{ set, remove: sweepNoMore }, absent('attempt')",
      "{ set, remove: sweepNoMore }, exists('pk')",
      'billing/owed.unit',
    ],
    [
      'a look says nothing of an attempt that began meanwhile',
      "all(exists('pk'), same('attempt', invoice.attempt), is('status', invoice.status))",
      "all(exists('pk'), is('status', invoice.status))",
      'table/charging',
    ],
    [
      'a look says nothing of an outcome that was noted meanwhile',
      "all(exists('pk'), same('attempt', invoice.attempt), is('status', invoice.status))",
      "all(exists('pk'), same('attempt', invoice.attempt))",
      'table/charging',
    ],
    [
      'what is paid stays paid',
      "oneOf('status', ['open', 'uncollectible'])",
      "oneOf('status', ['open', 'uncollectible', 'paid'])",
      'billing/billing',
    ],
    [
      'a worker charges no declined invoice again, and none that it has handed over',
      "all(unchanged(invoice), is('status', 'open'), absent('handedOver'))",
      'unchanged(invoice)',
      'table/charging',
    ],
    [
      'a hand-over waits for the worker',
      "any(absent('workerUntil'), atMost('workerUntil', now.toISOString()))",
      "any(exists('pk'))",
      'billing/charging',
    ],
    ['one attempt does not hide another', "all(unsettled, same('attempt', invoice.attempt))", 'unsettled', 'billing/charging'],
  ),
  ...inFile(
    'shared/table/deletions.ts',
    ['a step is done once', "all(is('step', step), is('pageNumber', pageNumber))", "is('pageNumber', pageNumber)", 'table/deletions'],
    ['a page is counted once', "all(is('step', step), is('pageNumber', pageNumber))", "is('step', step)", 'table/deletions'],
    ['the name is confirmed', "{ rule: is('name', confirm), broken: confirmationMismatch }", '{}', 'functions/late-writes'],
    ['only admins read a deletion', "reader || member?.role === 'admin' ? deletion", 'reader || member ? deletion', 'deletion/deletion'],
  ),
  ...inFile(
    'shared/table/purge.ts',
    ['a page that was noted is erased', 'if (current.page) ', 'if (false) ', 'table/purge'],
    ['whoever was overtaken stops', 'if (!noted) return undefined', '', 'table/deletions'],
  ),
  ...inFile(
    'shared/deletion/purge-data.ts',
    ['the workspace item goes last', ', except: keys.workspace(id) }', ' }', 'deletion/deletion'],
    ['every shard is erased', 'Array.from({ length: usageShards }', 'Array.from({ length: usageShards - 1 }', 'functions/usage'],
  ),
  ...inFile('shared/deletion/revoke.ts', [
    'only those who were admins read the invoice',
    "filter(({ role }) => role === 'admin')",
    'filter(() => true)',
    'deletion/deletion',
  ]),
  ...inFile('shared/deletion/run.ts', [
    'whoever loses a transition looks again',
    "if (error instanceof Changed) return 'done'",
    '',
    'deletion/deletion',
  ]),
  ...inFile('shared/deletion/charge-final-invoice.ts', [
    'the deletion detaches what has served',
    "if (tools.payments && charged.status !== 'open') await",
    'if (false) await',
    'billing/charging',
  ]),
  ...inFile(
    'shared/billing/charge.ts',
    [
      'what is pending is not paid',
      "if (status === 'succeeded') return { invoice: await",
      "if (status === 'succeeded' || status === 'pending') return { invoice: await",
      'billing/charging',
    ],
    [
      'the customer of a payment is noted',
      'return noteProvider(table, invoice, { customerId:',
      'return { ...invoice, customerId: await payments.createCustomer(invoice.workspaceId) } ?? noteProvider(table, invoice, { customerId:',
      'billing/charging',
    ],
  ),
  ...inFile('shared/billing/pay.ts', [
    'whoever pays detaches the method that was kept',
    "if (charged.invoice.status === 'paid') await",
    'if (false) await',
    'billing/charging',
  ]),
  ...inFile(
    'shared/billing/payment-method.ts',
    [
      'a method is kept for somebody who still may set it',
      'writes: [authorizationCheck, putBilling',
      'writes: [putBilling',
      'billing/payment-turns',
    ],
    [
      'a method that is replaced is detached',
      'if (failure === undefined) return before?.paymentMethodId',
      'if (failure === undefined) return undefined',
      'billing/charging',
    ],
    [
      'a method that could not be kept is detached',
      "failure.code !== 'unavailable' ? kept.paymentMethodId",
      "failure.code !== 'unavailable' ? undefined",
      'billing/charging',
    ],
  ),
  ...inFile(
    'shared/payments/stripe.ts',
    ['what is processing has not succeeded', "['processing', 'pending']", "['processing', 'succeeded']", 'billing/charging'],
    ['a canceled intent is not found again', "?? found.get('open')", "?? found.get('canceled') ?? found.get('open')", 'billing/charging'],
  ),
  ...inFile('shared/payments/stripe-errors.ts', ['a throttle is no refusal', ' || statusCode === 429)', ')', 'billing/charging']),
  ...inFile('shared/domain/inviting.ts', [
    'an invitation whose sender is dismissed is not open',
    ' && !isDead(invitation, workspace)',
    '',
    'invitations/dismissal',
  ]),
  ...inFile('shared/table/invoice-mail.ts', [
    'one mailer sends an invoice',
    "all(exists('outbox'), unclaimed(now))",
    "exists('outbox')",
    'billing/send-invoice.unit',
  ]),
  ...inFile(
    'shared/table/payment-turns.ts',
    [
      'a turn follows those that were read',
      "asSeen('paymentTurns', line.place.paymentTurns)",
      "absent('nothing')",
      'billing/take-turn.unit',
    ],
    ['a try is one person’s once', 'asSeen(slot, tries?.[slot])', "absent('nothing')", 'billing/take-turn.unit'],
    ['a turn that is over ends nothing', "is('paymentTurns', turns)", "absent('nothing')", 'billing/take-turn.unit'],
  ),
  ...inFile(
    'shared/table/accounts.ts',
    ['an account is made once', "account, absent('pk'), whenItExists", 'account, undefined, whenItExists', 'functions/accounts'],
    [
      'an account changes from what was read',
      "all(unchanged('version', seen.version), unchanged('emailIssuedAt', seen.emailIssuedAt))",
      "unchanged('name', seen.name)",
      'functions/who-is-who',
    ],
  ),
  ...inFile(
    'shared/table/member-rows.ts',
    [
      'a member who is removed is not brought back',
      "all(exists('pk'), notLater, sameAddress(seen))",
      'all(notLater, sameAddress(seen))',
      'functions/who-is-who',
    ],
    [
      'nothing of a later version is overwritten',
      "all(exists('pk'), notLater, sameAddress(seen))",
      "all(exists('pk'), sameAddress(seen))",
      'functions/who-is-who',
    ],
    [
      'nothing is carried into a workspace that is being deleted',
      "check(keys.workspace(workspaceId), is('status', 'active'), changed),\n",
      '',
      'functions/who-is-who',
    ],
  ),
  ...inFile(
    'shared/table/projects.ts',
    ['a project that is gone is not renamed', "{ set: change }, exists('pk')", '{ set: change }, undefined', 'functions/late-writes'],
    [
      'a project is deleted once',
      "projectId }), exists('pk'), projectNotFound",
      'projectId }), undefined, projectNotFound',
      'functions/projects',
    ],
  ),
  ...inFile('shared/invitations/record-delivery.ts', [
    'nothing is noted in a workspace that is being deleted',
    "check(keys.workspace(place.workspaceId), is('status', 'active'), changed),\n",
    '',
    'invitations/mail-events',
  ]),
]
