import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { addAtrium, newApp } from '#infra/aws/atrium.ts'
import { bundleFunctions, type CodeOf } from '#infra/aws/bundle/functions.ts'
import type { Lists } from '#infra/aws/lists.ts'
import type { Stage } from '#infra/aws/stages.ts'
import type { RawTemplate, StackTemplate } from './resolved.ts'

/** What CDK makes of a stage: every stack's template, by the stack's path, and the stacks that are protected from deletion. */
export interface Synthesis {
  readonly stacks: readonly (readonly [path: string, StackTemplate])[]
  readonly protectedStacks: readonly string[]
}

/** Synthesizes a stage without the functions' code, which no template contains. */
export async function synthesizeWithoutCode(stage: Stage, lists: Lists): Promise<Synthesis> {
  const outdir = mkdtempSync(join(tmpdir(), 'atrium-synth-'))
  try {
    return await synthesize(outdir, stage, lists, () => Code.fromInline('exports.handler = () => {}'))
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

/** Synthesizes a stage with the functions' code, a folder for each, below one that the caller has made and takes away. */
export const synthesizeWithCode = async (outdir: string, stage: Stage, lists: Lists): Promise<Synthesis> =>
  synthesize(outdir, stage, lists, await bundleFunctions(lists, join(outdir, 'functions')))

async function synthesize(outdir: string, stage: Stage, lists: Lists, codeOf: CodeOf): Promise<Synthesis> {
  const app = newApp(outdir)
  await addAtrium(app, stage, { lists, codeOf })
  const made = app.node.findAll().filter((node) => Stack.isStack(node))
  const templates = unvalidated(() => new Map(made.map((stack): [Stack, RawTemplate] => [stack, Template.fromStack(stack).toJSON()])))
  return {
    stacks: made.map((stack) => [stack.node.path, stackTemplate(stack, templates)]),
    protectedStacks: made.filter(({ terminationProtection }) => terminationProtection).map(({ node }) => node.path),
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
