import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Construct } from 'constructs'
import { alarmDefinitions } from './alarm-definitions.ts'
import { AlarmTopic } from './alarm-topic.ts'
import type { Watched } from './metrics.ts'

/** Every alarm of a deployment, and whom it notifies. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[]

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id)
    const { name: stage, alarmEmail, runbookUrl = 'docs/runbook.md' } = watched.stage
    const action = alarmEmail && new SnsAction(new AlarmTopic(this, 'Told', alarmEmail).topic)
    this.all = alarmDefinitions(watched).map(({ name, metric, from, isFloor, periods = 1, loses, runbook, missing }) => {
      const alarm = new Alarm(this, name, {
        alarmName: `atrium-${stage}-${name}`,
        alarmDescription: `${loses} What to do: ${runbookUrl}#${runbook}`,
        metric,
        threshold: from,
        comparisonOperator: isFloor ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: periods,
        treatMissingData: missing,
      })
      if (action) {
        alarm.addAlarmAction(action)
        alarm.addOkAction(action)
      }
      return alarm
    })
  }
}
