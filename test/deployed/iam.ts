/** A statement of a policy, its ARNs as they are deployed. */
export interface Statement {
  readonly effect: string
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** One action on one resource, as IAM is asked about it. */
export interface AwsAction {
  readonly action: string
  readonly resource: string
}

/** `*` stands for any characters, as in the ARNs and actions of a policy. */
export const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's').test(text)

/** Whether policies allow an action: a statement allows it, and none denies it. */
export function allows(statements: readonly Statement[], { action, resource }: AwsAction): boolean {
  const about = statements.filter(
    ({ actions, resources }) => actions.some((each) => matches(each, action)) && resources.some((each) => matches(each, resource)),
  )
  return about.length > 0 && about.every(({ effect }) => effect === 'Allow')
}
