import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { type RefusalCode, refusals } from '#shared/domain/refusals.ts'
import { refusalsOf } from '#shared/http/refusing.ts'

/** Answers of a gateway, to what is no request to an operation. */
const ofTheGateway = new Set<string>(['not_found', 'misdirected_request'])

const refused = new Set<RefusalCode>(operations.flatMap((each) => refusalsOf(each)))
const codes = (Object.keys(refusals) as RefusalCode[]).filter((code) => !ofTheGateway.has(code))

test.each(codes)('some operation refuses %s', (code) => {
  expect(refused.has(code), `no operation refuses ${code}: add it to its \`refuses\`, or take it out of shared/domain/refusals.ts`).toBe(
    true,
  )
})
