/**
 * Stands in a bundle for `@aws-sdk/middleware-endpoint-discovery`, with its cache: the SDK asks DynamoDB for an endpoint only where a
 * setting says so, and no function has that setting.
 */
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: false,
}

/** Leaves a client's settings as they are. */
export const resolveEndpointDiscoveryConfig = <T>(settings: T): T => settings
