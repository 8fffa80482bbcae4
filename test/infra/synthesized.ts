import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { addAtrium, newApp } from '#infra/aws/atrium.ts'
import { type Lists, lists as theLists } from '#infra/aws/lists.ts'
import { stageOf } from '#infra/aws/stages.ts'

/** A resource of a template, as a test looks at it. */
export interface Resource {
  readonly id: string
  readonly stack: string
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template has any shape, and a test says which one it expects
  readonly properties: Readonly<Record<string, any>>
  readonly deletionPolicy: string | undefined
}

/** Every resource of a deployment, nested stacks included. */
export interface Synthesized {
  readonly resources: readonly Resource[]
  of(type: string): readonly Resource[]
  /** How many resources each stack has, by its path. */
  readonly counts: ReadonlyMap<string, number>
}

type Json = { readonly Resources?: Record<string, { Type: string; Properties?: object; DeletionPolicy?: string }> }

/** Synthesizes a stage from lists, without the functions' code, which no template contains. */
export async function synthesized(stage = 'prod', lists: Lists = theLists): Promise<Synthesized> {
  const app = newApp(mkdtempSync(join(tmpdir(), 'atrium-synth-')))
  await addAtrium(app, stageOf(stage), { lists, codeOf: () => Code.fromInline('exports.handler = () => {}') })
  const stacks = app.node.findAll().filter((node) => Stack.isStack(node))
  const resources = stacks.flatMap((stack) => resourcesOf(stack.node.path, Template.fromStack(stack).toJSON()))
  return {
    resources,
    of: (type) => resources.filter((resource) => resource.type === type),
    counts: new Map([...Map.groupBy(resources, ({ stack }) => stack)].map(([stack, those]) => [stack, those.length])),
  }
}

const resourcesOf = (stack: string, { Resources = {} }: Json): Resource[] =>
  Object.entries(Resources).map(([id, { Type, Properties = {}, DeletionPolicy }]) => ({
    id,
    stack,
    type: Type,
    properties: Properties,
    deletionPolicy: DeletionPolicy,
  }))
