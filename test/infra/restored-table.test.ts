import { expect, test } from 'vitest'
import { stageOf } from '#infra/aws/stages.ts'
import { synthesized } from './synthesized.ts'

test('a stage with a restored table uses only that one, and keeps its own', async () => {
  const stack = await synthesized({ ...stageOf('prod'), restoredTable: 'restored' })

  const names = stack.of('AWS::Lambda::Function').flatMap((lambda) => {
    const name = lambda.properties.Environment?.Variables?.TABLE_NAME
    return name === undefined ? [] : [name]
  })
  const granted = stack
    .of('AWS::IAM::Role')
    .map(({ properties }) => JSON.stringify(properties.Policies))
    .filter((policies) => policies?.includes('dynamodb:'))

  expect(new Set(names)).toEqual(new Set(['restored']))
  expect(granted.length).toBeGreaterThan(30)
  for (const policies of granted) expect(policies).toContain('table/restored')
  expect(stack.of('AWS::DynamoDB::Table')).toHaveLength(1)
})
