/** Stands in a bundle for the SDK's reader of `~/.aws/config` and `~/.aws/credentials`: a function has its environment and no such files. */
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} })

/** The SDK's own, which it exports beside its reader. */
export const CONFIG_PREFIX_SEPARATOR = '.'
