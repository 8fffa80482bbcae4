import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { addAtrium, newApp } from '#infra/aws/atrium.ts'
import { bundleFunctions, type CodeOf } from '#infra/aws/bundle/functions.ts'
import { type Lists, lists as theLists } from '#infra/aws/lists.ts'
import { type Stage, stageOf } from '#infra/aws/stages.ts'
import { type RawTemplate, resolved, type StackTemplate } from './resolved.ts'

/** A resource of a template, as a test looks at it. */
export interface Resource {
  readonly id: string
  readonly stack: string
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template has any shape, and a test says which one it expects
  readonly properties: Readonly<Record<string, any>>
  readonly deletionPolicy: string | undefined
  readonly replacePolicy: string | undefined
  readonly dependsOn: readonly string[]
}

/** Every resource of a deployment, nested stacks included. */
export interface Synthesized {
  readonly resources: readonly Resource[]
  of(type: string): readonly Resource[]
  /** How many resources each stack has, by its path. */
  readonly counts: ReadonlyMap<string, number>
  /** What stacks export, by name. */
  readonly exports: readonly string[]
  /** The stacks that nobody deletes without taking a protection off first. */
  readonly protectedStacks: readonly string[]
  /** A value that stands in a resource, as one text that names what it refers to. */
  text(resource: Pick<Resource, 'stack'>, value: unknown): string
}

/** Which function of Atrium a Lambda function is: its description begins with the name. */
export const functionNameOf = ({ properties }: Resource): string => /^(\w+): /.exec(properties.Description)?.[1] ?? 'notFound'

/** Synthesizes a stage, by its name or as it is, from lists; without the functions' code, which no template contains. */
export async function synthesized(stage: string | Stage = 'prod', lists: Lists = theLists): Promise<Synthesized> {
  const codeOf = () => Code.fromInline('exports.handler = () => {}')
  return synthesizedIn(mkdtempSync(join(tmpdir(), 'atrium-synth-')), stage, lists, codeOf)
}

/** As `synthesized`, with the functions' code: a folder for each, below one that the caller has made and takes away. */
export const synthesizedWithCode = async (outdir: string, stage: string | Stage): Promise<Synthesized> =>
  synthesizedIn(outdir, stage, theLists, await bundleFunctions(theLists, join(outdir, 'functions')))

async function synthesizedIn(outdir: string, stage: string | Stage, lists: Lists, codeOf: CodeOf): Promise<Synthesized> {
  const app = newApp(outdir)
  await addAtrium(app, typeof stage === 'string' ? stageOf(stage) : stage, { lists, codeOf })
  const made = app.node.findAll().filter((node) => Stack.isStack(node))
  const templates = unvalidated(() => new Map(made.map((stack): [Stack, RawTemplate] => [stack, Template.fromStack(stack).toJSON()])))
  const stacks = new Map(made.map((stack) => [stack.node.path, stackTemplate(stack, templates)]))
  const resources = [...stacks].flatMap(([path, { template }]) => resourcesOf(path, template))
  return {
    resources,
    of: (type) => resources.filter((resource) => resource.type === type),
    counts: new Map([...Map.groupBy(resources, ({ stack }) => stack)].map(([stack, those]) => [stack, those.length])),
    exports: [...templates.values()].flatMap(({ Outputs = {} }) => Object.values(Outputs).flatMap(({ Export }) => Export?.Name ?? [])),
    protectedStacks: made.filter(({ terminationProtection }) => terminationProtection).map(({ node }) => node.path),
    text: ({ stack }, value) => resolved(stacks, stack, value),
  }
}

/** Synthesizes without CDK's validation, which takes four times as long and is a test of its own (checks.test.ts). */
function unvalidated<T>(synthesize: () => T): T {
  const before = process.env.CDK_VALIDATION
  process.env.CDK_VALIDATION = 'false'
  try {
    return synthesize()
  } finally {
    if (before === undefined) delete process.env.CDK_VALIDATION
    else process.env.CDK_VALIDATION = before
  }
}

/** A nested stack gets its parameters from the resource that stands for it in its parent. */
function stackTemplate(stack: Stack, templates: ReadonlyMap<Stack, RawTemplate>): StackTemplate {
  const template = templates.get(stack) ?? {}
  const { nestedStackParent: parent, nestedStackResource } = stack
  if (!parent || !nestedStackResource) return { template }
  const { Properties = {} } = templates.get(parent)?.Resources?.[parent.resolve(nestedStackResource.logicalId)] ?? {}
  return { template, parent: { stack: parent.node.path, parameters: (Properties.Parameters ?? {}) as Record<string, unknown> } }
}

const resourcesOf = (stack: string, { Resources = {} }: RawTemplate): Resource[] =>
  Object.entries(Resources).map(([id, { Type, Properties = {}, DeletionPolicy, UpdateReplacePolicy, DependsOn = [] }]) => ({
    id,
    stack,
    type: Type,
    properties: Properties,
    deletionPolicy: DeletionPolicy,
    replacePolicy: UpdateReplacePolicy,
    dependsOn: [DependsOn].flat(),
  }))
