import { queuesAmong } from '#shared/queue/queue-variables.ts'
import { type Settings, settingsSchema } from '#shared/settings.ts'
import type { DataStack } from './data-stack.ts'
import type { Stage } from './stages.ts'

type Environment = Readonly<Partial<Record<keyof Settings, string>>>

/** The issuer that the functions trust: the stage's own choice, or the deployment's user pool. */
export interface SignIn {
  readonly issuer: string
  readonly clientId: string
  readonly environment: Environment
}

/** The CloudWatch namespace of a stage's own metrics. */
export const metricsNamespace = ({ name }: Stage): string => `atrium-${name}`

/** The queues' URLs by the variable that carries each. */
const queueUrls = (queues: DataStack['queues']): Environment =>
  Object.fromEntries(
    queuesAmong(Object.keys(settingsSchema.shape)).map(({ variable, queue }) => [variable, queues.of(queue).queue.queueUrl]),
  )

/** The environment of every function of the service: the addresses of everything it uses, and the stage's limits. */
export function functionEnvironment(
  stage: Stage,
  { data, appUrl, signIn }: { data: DataStack; appUrl: string; signIn: SignIn },
): Record<string, string> {
  const own = {
    TABLE_NAME: data.table.tableName,
    ISSUER: signIn.issuer,
    CLIENT_ID: signIn.clientId,
    APP_URL: appUrl,
    MAIL_FROM: stage.mail.from,
    ...signIn.environment,
    ...queueUrls(data.queues),
  } satisfies Environment
  return { ...own, POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(stage), ...limitsOf(stage) }
}

/** A stage's limits as the functions read them. Throws one line that names every limit that would prevent the functions from starting. */
export function limitsOf({ name: stageName, limits }: Stage): Environment {
  const texts = Object.entries(limits).map(([name, value]) => [name, String(value)] as const)
  const bad = texts.filter(([name, text]) => !isSetting(name) || !settingsSchema.shape[name].safeParse(text).success)
  if (bad.length === 0) return Object.fromEntries(texts)
  const named = bad.map(([name, text]) => `${name} is ${text}`).join(', ')
  throw new Error(`The stage "${stageName}" has limits that the functions do not take: ${named}. Set whole numbers (infra/aws/stages.ts)`)
}

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(settingsSchema.shape, name)
