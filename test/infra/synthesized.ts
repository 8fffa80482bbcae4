import { createHash } from 'node:crypto'
import { type Lists, lists as theLists } from '#infra/aws/lists.ts'
import { type Stage, stageOf } from '#infra/aws/stages.ts'
import { oncePerRun } from '#test/support/once-per-run.ts'
import { type RawTemplate, resolved } from './resolved.ts'
import type { Synthesis } from './synthesis.ts'

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

/**
 * What a stage, by its name or as it is, is synthesized to; without the functions' code, which no template contains. The lists of Atrium
 * itself are synthesized once for all tests of a run, two seconds of CPU for each stage.
 */
export async function synthesized(stage: string | Stage = 'prod', lists: Lists = theLists): Promise<Synthesized> {
  const wanted = typeof stage === 'string' ? stageOf(stage) : stage
  const make = async () => (await import('./synthesis.ts')).synthesizeWithoutCode(wanted, lists)
  return readable(lists === theLists ? await oncePerRun(`synthesis-${fingerprintOf(wanted)}`, make) : await make())
}

/** As `synthesized`, with the functions' code, which lies below the folder that comes with it. */
export async function synthesizedWithCode(stage: string): Promise<{ readonly outdir: string; readonly synthesized: Synthesized }> {
  const { outdir, synthesis } = await oncePerRun(`deployment-${stage}`, async (outdir) => ({
    outdir,
    synthesis: await (await import('./synthesis.ts')).synthesizeWithCode(outdir, stageOf(stage), theLists),
  }))
  return { outdir, synthesized: readable(synthesis) }
}

const fingerprintOf = (stage: Stage): string => createHash('sha256').update(JSON.stringify(stage)).digest('hex').slice(0, 16)

function readable({ stacks, protectedStacks }: Synthesis): Synthesized {
  const byPath = new Map(stacks)
  const resources = stacks.flatMap(([path, { template }]) => resourcesOf(path, template))
  return {
    resources,
    of: (type) => resources.filter((resource) => resource.type === type),
    counts: new Map([...Map.groupBy(resources, ({ stack }) => stack)].map(([stack, those]) => [stack, those.length])),
    exports: stacks.flatMap(([, { template }]) => Object.values(template.Outputs ?? {}).flatMap(({ Export }) => Export?.Name ?? [])),
    protectedStacks,
    text: ({ stack }, value) => resolved(byPath, stack, value),
  }
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
