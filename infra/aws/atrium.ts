import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Tags } from 'aws-cdk-lib'
import { bundleFunctions, type CodeOf } from './bundle/functions.ts'
import { DataStack } from './data-stack.ts'
import { type Lists, lists as theLists } from './lists.ts'
import { ServiceStack } from './service-stack.ts'
import type { Stage } from './stages.ts'

/** CDK's feature flags. Only CDK's command line reads cdk.json on its own. */
const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8')) as { context: Record<string, unknown> }

/** An app with the project's feature flags. */
export const newApp = (outdir?: string): App => new App({ context, ...(outdir && { outdir }) })

export interface Deployment {
  readonly data: DataStack
  readonly service: ServiceStack
}

/** Adds one deployment to an app: a stack for the data and a stack for the service. `codeOf` is for tests that need no code. */
export async function addAtrium(
  app: App,
  stage: Stage,
  { lists = theLists, codeOf }: { lists?: Lists; codeOf?: CodeOf } = {},
): Promise<Deployment> {
  const shared = { stage, lists, codeOf: codeOf ?? (await bundleFunctions(lists, join(app.outdir, 'functions'))) }
  const data = new DataStack(app, `atrium-${stage.name}-data`, shared)
  const service = new ServiceStack(app, `atrium-${stage.name}-service`, { ...shared, data })
  Tags.of(app).add('application', 'atrium')
  Tags.of(app).add('stage', stage.name)
  return { data, service }
}
