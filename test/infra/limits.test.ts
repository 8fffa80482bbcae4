import { Code } from 'aws-cdk-lib/aws-lambda'
import { expect, test } from 'vitest'
import { addAtrium, newApp } from '#infra/aws/atrium.ts'
import { limitsOf } from '#infra/aws/environment.ts'
import { type Stage, stageOf } from '#infra/aws/stages.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const withLimits = (limits: Stage['limits']): Stage => ({ ...stageOf('dev'), limits })

test.each([
  ['USAGE_LIMIT', 1e21, '1e+21'],
  ['USAGE_LIMIT', 1e15, '1000000000000000'],
  ['INVITATIONS_PER_DAY', 2.5, '2.5'],
  ['MAILS_PER_ADDRESS_PER_DAY', -1, '-1'],
  ['INVITATION_TTL_SECONDS', Number.NaN, 'NaN'],
])('a stage whose %s is %d is refused, with a sentence that says which', (name, value, text) => {
  expect(() => limitsOf(withLimits({ [name]: value }))).toThrow(
    `The stage "dev" has limits that the functions do not take: ${name} is ${text}. Set whole numbers (infra/aws/stages.ts)`,
  )
})

test('an unknown limit is refused, along with every other bad one', () => {
  const misspelt = Object.fromEntries([
    ['USAGE_LIMITS', 5],
    ['INVITATIONS_PER_DAY', 0.5],
    ['CHARGE_GIVE_UP_SECONDS', 60],
  ])

  expect(() => limitsOf(withLimits(misspelt))).toThrow('take: USAGE_LIMITS is 5, INVITATIONS_PER_DAY is 0.5. Set')
})

test('valid limits become the functions’ environment', () => {
  expect(limitsOf(withLimits({ USAGE_LIMIT: 999_999_999_999_999, INVITATIONS_PER_DAY: 0 }))).toEqual({
    USAGE_LIMIT: '999999999999999',
    INVITATIONS_PER_DAY: '0',
  })
})

test('a bad limit is refused before anything is synthesized', async () => {
  const stage = withLimits({ USAGE_LIMIT: 1e21 })

  await expect(addAtrium(newApp(temporaryFolder()), stage, { codeOf: () => Code.fromInline('x') })).rejects.toThrow('USAGE_LIMIT is 1e+21')
})
