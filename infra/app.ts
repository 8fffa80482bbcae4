import { addAtrium, newApp } from './aws/atrium.ts'
import { check } from './aws/checks.ts'
import { stageOf } from './aws/stages.ts'

/** The CDK app: `cdk synth -c stage=prod`, or `node infra/app.ts` for the stage `dev`. */
const app = newApp(process.env.CDK_OUTDIR ?? 'cdk.out')
check(app, await addAtrium(app, stageOf(String(app.node.tryGetContext('stage') ?? 'dev'))))
app.synth()
