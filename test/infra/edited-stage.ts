import { type Stage, stageOf } from '#infra/aws/stages.ts'

/** The stage `prod` as it is shipped, with domains of one's own in place of the examples', as docs/deployment.md asks for. */
export const editedProd: Stage = {
  ...stageOf('prod'),
  appUrl: 'https://app.atrium.dev',
  alarmEmail: 'operations@atrium.dev',
  mail: { domain: 'atrium.dev', from: 'Atrium <no-reply@atrium.dev>' },
  identity: {
    ...stageOf('prod').identity,
    kind: 'cognito',
    callbackUrls: ['https://app.atrium.dev/', 'http://localhost:5173/'],
    mailThroughSes: false,
  },
}
