interface RawResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly DependsOn?: string | readonly string[]
}

/** A template as it was synthesized. */
export interface RawTemplate {
  readonly Resources?: Readonly<Record<string, RawResource>>
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>>
}

/** A stack's template; a nested one knows the stack that it is in, and there the values of its parameters. */
export interface StackTemplate {
  readonly template: RawTemplate
  readonly parent?: { readonly stack: string; readonly parameters: Readonly<Record<string, unknown>> } | undefined
}

type Intrinsic = Readonly<Record<string, unknown>>

/**
 * Reads a value of a template as one text, as far as it is known before a deployment: `<AWS::DynamoDB::Table Table1234.Arn>/index/gsi1`.
 * It follows the parameters of nested stacks and the exports of others to the resource that is meant.
 */
export function resolved(stacks: ReadonlyMap<string, StackTemplate>, stack: string, value: unknown): string {
  const here = stacks.get(stack)
  if (!here) throw new Error(`No stack ${stack}`)
  if (typeof value !== 'object' || value === null) return String(value)
  const intrinsic = value as Intrinsic
  const [separator, parts] = (intrinsic['Fn::Join'] ?? []) as [string?, unknown[]?]
  if (parts) return parts.map((part) => resolved(stacks, stack, part)).join(separator)
  if ('Ref' in intrinsic) return reference(stacks, stack, String(intrinsic.Ref))
  if ('Fn::GetAtt' in intrinsic) {
    const [id = '', attribute] = intrinsic['Fn::GetAtt'] as string[]
    return `<${here.template.Resources?.[id]?.Type} ${id}.${attribute}>`
  }
  if ('Fn::ImportValue' in intrinsic) {
    const [from = '', output = ''] = String(intrinsic['Fn::ImportValue']).split(':')
    return resolved(stacks, from, stacks.get(from)?.template.Outputs?.[output]?.Value)
  }
  throw new Error(`What is ${JSON.stringify(value)} in ${stack}?`)
}

function reference(stacks: ReadonlyMap<string, StackTemplate>, stack: string, name: string): string {
  const { template, parent } = stacks.get(stack) as StackTemplate
  const resource = template.Resources?.[name]
  if (resource) return `<${resource.Type} ${name}>`
  if (parent && name in parent.parameters) return resolved(stacks, parent.stack, parent.parameters[name])
  return `<${name}>`
}
