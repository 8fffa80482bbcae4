/** Stands in a bundle for `@smithy/core/event-streams`: no call that Atrium makes is answered by a stream of events. */
export class EventStreamSerde {
  constructor() {
    throw new Error('Streams of events are not bundled: infra/aws/bundle/lambda-sdk.ts')
  }
}
